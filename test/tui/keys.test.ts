import t from 'tap';
import { type BlessedKey, keyOf, splitKeys } from '../../src/tui/keys.js';

t.test('a key of blessed becomes one of ours', (t) => {
  const cases: [character: string | undefined, key: BlessedKey, name: string | null][] = [
    ['j', { name: 'j' }, 'j'],
    ['G', { name: 'g', shift: true }, 'G'],
    [undefined, { name: 'up' }, 'up'],
    ['\n', { name: 'enter' }, 'return'],
    ['\r', { name: 'return' }, 'return'],
    ['\n', { name: 'linefeed' }, 'return'],
    ['\x03', { name: 'c', ctrl: true }, 'C-c'],
    ['\t', { name: 'tab' }, 'tab'],
    [undefined, { name: 'tab', shift: true }, 'S-tab'],
    ['/', {}, '/'],
    ['1', {}, '1'],
    ['é', {}, 'é'],
    [' ', { name: 'space' }, ' '],
    ['\x1b', { name: 'escape' }, 'escape'],
    [undefined, {}, null],
    ['\x00', {}, null],
    [undefined, { name: 'undefined' }, null],
    [undefined, { name: 'undefined', ctrl: true }, null],
  ];
  for (const [character, key, name] of cases) {
    t.equal(keyOf(character, key)?.name ?? null, name, JSON.stringify([character, key]));
  }
  t.strictSame(keyOf('\r', { name: 'return' }), { name: 'return', character: null }, 'Enter types no character');
  t.strictSame(keyOf('G', { name: 'g', shift: true }), { name: 'G', character: 'G' });
  t.end();
});

t.test('input that arrives at once is split into keys, Escape from the next one', (t) => {
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
  for (const [input, sequences] of cases) t.strictSame(splitKeys(input), sequences, JSON.stringify(input));
  t.end();
});
