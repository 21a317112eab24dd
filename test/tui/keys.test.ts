import t from 'tap';
import { BINDINGS, keysOf, type RawKey } from '../../src/tui/keys.js';

t.test('keys as blessed tells them', (t) => {
  const cases: [character: string | undefined, raw: RawKey, names: string[]][] = [
    ['j', { name: 'j' }, ['j']],
    ['G', { name: 'g', shift: true }, ['G']],
    [undefined, { name: 'up' }, ['up']],
    ['\r', { name: 'enter' }, []],
    ['\r', { name: 'return' }, ['return']],
    ['\n', { name: 'linefeed' }, ['return']],
    ['\x03', { name: 'c', ctrl: true }, ['C-c']],
    ['\t', { name: 'tab' }, ['tab']],
    [undefined, { name: 'tab', shift: true }, ['S-tab']],
    ['/', {}, ['/']],
    ['1', {}, ['1']],
    ['é', {}, ['é']],
    [' ', { name: 'space' }, [' ']],
    ['\x1b', { name: 'escape' }, ['escape']],
    [undefined, { name: 'j', meta: true }, ['escape', 'j']],
    [undefined, {}, []],
    ['\x00', {}, []],
  ];
  for (const [character, raw, names] of cases) {
    t.strictSame(
      keysOf(character, raw).map(({ name }) => name),
      names,
      JSON.stringify([character, raw]),
    );
  }
  t.strictSame(keysOf('\r', { name: 'return' }), [{ name: 'return', character: null }], 'types nothing');
  t.strictSame(keysOf('G', { name: 'g', shift: true }), [{ name: 'G', character: 'G' }]);
  t.end();
});

t.test('no key is bound twice, and capital letters but G are free for further actions', (t) => {
  const keys = BINDINGS.flatMap((binding) => binding.keys);
  t.equal(new Set(keys).size, keys.length);
  t.strictSame(
    keys.filter((key) => /^[A-Z]$/.test(key)),
    ['G'],
  );
  t.end();
});
