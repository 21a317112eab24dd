// Prints the test files that tap is to run: with `unit` those of `npm run test:unit`, otherwise all. A file in dist/test/units runs the
// unit tests of a folder in one process, which takes a fifth of the time that it takes to load tap for each of them.

import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';

const TESTS = 'dist/test';
const UNITS = `${TESTS}/units`;

/** The lab and everything live, the fuzzers, a real terminal (tmux) and browser (chromium), and tests of the build. */
const MORE_THAN_UNITS = [
  /^(live|lab|native|bench|demo|packaging|screens)\//,
  /\.live\.test\.js$/,
  /^(index|ci_run|examples|evidence\/fuzz|tui\/tmux_terminal|report\/matrix_html(_use)?)\.test\.js$/,
];

rmSync(UNITS, { recursive: true, force: true });
const files = readdirSync(TESTS, { recursive: true })
  .filter((file) => file.endsWith('.test.js') && !file.startsWith('fixtures/'))
  .sort();
const more = files.filter((file) => MORE_THAN_UNITS.some((pattern) => pattern.test(file)));
const units = files.filter((file) => !more.includes(file));
const alone = units.filter((file) => !file.includes('/'));

mkdirSync(UNITS);
const folders = new Set(units.flatMap((file) => (file.includes('/') ? [file.split('/')[0]] : [])));
const groups = [...folders].map((folder) => {
  const lines = units
    .filter((file) => file.startsWith(`${folder}/`))
    .map((file) => `t.comment('${TESTS}/${file}');\nawait import('../${file}');\n`);
  writeFileSync(`${UNITS}/${folder}.test.js`, `import t from 'tap';\n${lines.join('')}`);
  return `units/${folder}.test.js`;
});

const wanted = [...groups, ...alone, ...(process.argv[2] === 'unit' ? [] : more)];
console.log(wanted.map((file) => `${TESTS}/${file}`).join('\n'));
