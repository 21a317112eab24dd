import t from 'tap';
import { CLANG, skipWithout } from './toolchain.js';
import { runUnits } from './unit.js';

t.test('what JavaScript cannot reach in native/', { skip: await skipWithout(CLANG) }, async (t) => {
  for (const { unit, checks, crash } of await runUnits()) {
    await t.test(unit, async (t) => {
      for (const { name, ok, skip, notes } of checks) {
        t.ok(ok, name, skip === null ? { notes } : { skip });
      }
      t.ok(checks.length > 0, 'it checked something');
      t.equal(crash, null, 'it ended well');
    });
  }
});
