import t from 'tap';
import { CLANG, skipWithout } from './toolchain.js';
import { runUnits } from './unit.js';

t.test('native/ below the JavaScript bindings', { skip: await skipWithout(CLANG) }, async (t) => {
  for (const { unit, checks, crash } of await runUnits()) {
    await t.test(unit, async (t) => {
      for (const { name, ok, skip, notes } of checks) {
        t.ok(ok, name, skip === null ? { notes } : { skip });
      }
      t.ok(checks.length > 0, 'has checks');
      t.equal(crash, null, 'exits with 0');
    });
  }
});
