import t from 'tap';
import { BINDINGS, keysOf, type RawKey, sequencesOf } from '../../src/tui/keys.js';

t.test('keys as blessed tells them', (t) => {
  const cases: [character: string | undefined, raw: RawKey, names: string[]][] = [
    ['j', { name: 'j' }, ['j']],
    ['G', { name: 'g', shift: true }, ['G']],
    [undefined, { name: 'up' }, ['up']],
    ['\n', { name: 'enter' }, ['return']],
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

t.test('what comes at once is taken apart, Escape from what follows it', (t) => {
  const cases: [input: string, sequences: string[]][] = [
    ['\x1b/', ['\x1b', '/']],
    ['\x1b\r', ['\x1b', '\r']],
    ['\x1bj2', ['\x1b', 'j', '2']],
    ['\x1b\x1b', ['\x1b', '\x1b']],
    ['\x1b\x1b[A', ['\x1b', '\x1b[A']],
    ['\x1b[6~\x1bOBé', ['\x1b[6~', '\x1bOB', 'é']],
    ['\x1b[1;5C', ['\x1b[1;5C']],
    ['\x1b[<0;12;5Mj', ['\x1b[<0;12;5M', 'j']],
    ['\x1b[M !!', ['\x1b[M !!']],
    ['', []],
  ];
  for (const [input, sequences] of cases) t.strictSame(sequencesOf(input), sequences, JSON.stringify(input));
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
