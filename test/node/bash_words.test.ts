import { execFileSync } from 'node:child_process';
import t from 'tap';
import { bashWords } from '../../src/node/bash_words.js';

const VARIABLES = new Map([['SNAP_COMMON', '/var/snap/k8s/common']]);

/** How bash itself splits a text, as the snap's services do; null: it refuses. */
function inBash(text: string): string[] | null {
  const script = `text=$1; declare -a words="($text)" || exit 9; printf "%s\\0" "\${words[@]}"`;
  const env = { PATH: process.env['PATH'] ?? '', SNAP_COMMON: '/var/snap/k8s/common' };
  try {
    const output = execFileSync('bash', ['-c', script, 'bash', text], {
      encoding: 'utf8',
      env,
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    return output.split('\0').slice(0, -1);
  } catch {
    return null;
  }
}

const KNOWN = [
  '--a="1"\n--b=2\n',
  "--a='x y' --b=z",
  '--a=1 # --b=2\n--c=3',
  '# --a=1\n--b=2',
  '--a=x#y',
  '--a=\\"x\\"',
  '--a=one\\\ntwo',
  '--a="one\\\ntwo"',
  '--a="\\x\\$"',
  `--state-dir=\${SNAP_COMMON}/var --b=$SNAP_COMMON`,
  `--a="\${SNAP_COMMON}"`,
  `--a='\${SNAP_COMMON}'`,
  '--a=""  --b',
  "''",
  '--a=[::]:6443',
  '  \t\n',
  '--a=1\r\n--b="2"\r\n',
  '--a=1\f--b=2\v--c=3\u00a0--d=4',
  '\r\n# --a=1\r\n--b',
  '--a=x$ y',
  '--a=ü',
];

t.test('words are split as bash splits them', (t) => {
  for (const text of KNOWN) {
    const { words, brokenAt } = bashWords(text, VARIABLES);
    t.equal(brokenAt, null, text);
    t.strictSame(
      words.map((word) => word.text),
      // printf prints one empty word where there is none.
      inBash(text)?.filter((word) => word !== '' || text !== '  \t\n'),
      text,
    );
    t.ok(
      words.every(({ known }) => known === null),
      `${text}: all of it is known`,
    );
  }
  t.end();
});

t.test('what only bash can expand is marked', (t) => {
  const known = (text: string): string[] =>
    bashWords(text, VARIABLES).words.map((word) => word.text.slice(0, word.known ?? word.text.length));
  t.strictSame(known('--a=$(cat /etc/passwd)'), ['--a=']);
  t.strictSame(known('--a=`id` --b=1'), ['--a=', '--b=1']);
  t.strictSame(known(`--a=\${OTHER}x`), ['--a=']);
  t.strictSame(known(`\${ANY} --b=1`), ['', '--b=1']);
  t.strictSame(known(`--a=\${SNAP_COMMON:-x}`), ['--a=']);
  t.strictSame(known('--a={1,2}'), ['--a=']);
  t.strictSame(known('~/x'), ['']);
  t.end();
});

t.test('what bash refuses gives no words, and the line', (t) => {
  for (const [text, line] of [
    ['--a=1\n--b=(', 2],
    ['--a="1\n', 2],
    ["--a='1", 1],
    ['--a=1; --b', 1],
    ['--a=1 & b', 1],
    ['--a <x', 1],
  ] as const) {
    t.equal(bashWords(text, VARIABLES).brokenAt, line, text);
  }
  t.end();
});

t.test('lines are those of the file', (t) => {
  const { words } = bashWords('# one\n--b=2\n\n--c="x\ny" --d\n', VARIABLES);
  t.strictSame(
    words.map(({ line }) => line),
    [2, 4, 5],
  );
  t.end();
});
