import t from 'tap';
import { BINDINGS } from '../../src/tui/bindings.js';

t.test('no key is bound twice, and all capital letters except G are left for actions', (t) => {
  const keys = BINDINGS.flatMap((binding) => binding.keys);
  t.equal(new Set(keys).size, keys.length);
  t.strictSame(
    keys.filter((key) => /^[A-Z]$/.test(key)),
    ['G'],
  );
  t.end();
});
