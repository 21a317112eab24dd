import t from 'tap';
import { BINDING_GROUPS } from '../../src/tui/bindings.js';

t.test('no key is bound twice, and all capital letters but three are left for actions', (t) => {
  const keys = BINDING_GROUPS.flatMap(({ bindings }) => bindings.flatMap(({ keys }) => keys));
  t.equal(new Set(keys).size, keys.length);
  t.strictSame(
    keys.filter((key) => /^[A-Z]$/.test(key)),
    ['G', 'N', 'S'],
  );
  t.end();
});
