import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import t from 'tap';
import { COVERAGE_CODES } from '../src/base/coverage_codes.js';
import { CHECK_HELP } from '../src/cli/check_options.js';
import { DIFF_HELP } from '../src/cli/diff_options.js';
import { EXIT_CODE } from '../src/cli/exit_code.js';
import { HELP } from '../src/cli/options.js';
import { PREFLIGHT_HELP } from '../src/cli/preflight_options.js';
import { SERVE_HELP } from '../src/cli/serve_options.js';
import { WHO_HELP } from '../src/cli/who_options.js';
import { DIFFERENCE_CODES } from '../src/snapshot/diff/codes.js';
import { BINDING_GROUPS } from '../src/tui/bindings.js';
import { CLAIM_CODES } from '../src/verdict/claim_codes.js';

import { FINDING_CODES } from '../src/verdict/codes.js';
import { SEVERITY, VERDICTS } from '../src/verdict/finding.js';
import { OBSTACLE_CODES } from '../src/verdict/obstacle.js';
import { PAGE_CODES } from '../src/verdict/page_remarks.js';
import { ROLE_CODES } from '../src/verdict/role_codes.js';
import { ROOT } from './native/toolchain.js';

const DOCS = readdirSync(join(ROOT, 'docs')).filter((name) => name.endsWith('.md'));
const PAGES = ['README.md', 'CONTRIBUTING.md', 'CHANGELOG.md', ...DOCS.map((name) => `docs/${name}`)];

function read(path: string): string {
  return readFileSync(join(ROOT, path), 'utf8');
}

/** The first column of every table row. */
function rowsOf(path: string): string[] {
  return Array.from(read(path).matchAll(/^\| (.+?) \|/gm), ([, cell = '']) => cell);
}

/** Anchors of the headings, as GitHub derives them. */
function anchorsOf(path: string): string[] {
  const headings = Array.from(read(path).matchAll(/^#+ (.+)$/gm), ([, text = '']) => text);
  return headings.map((text) =>
    text
      .toLowerCase()
      .replace(/[^\w\- ]/g, '')
      .replaceAll(' ', '-'),
  );
}

t.test('README is one page', (t) => {
  const lines = read('README.md').trimEnd().split('\n');
  t.ok(lines.length < 130, `${lines.length} lines`);
  t.strictSame(
    lines.filter((line) => line.length > 120),
    [],
    'at most 120 columns',
  );
  t.end();
});

t.test('relative links lead to files and headings', (t) => {
  let count = 0;
  for (const page of PAGES) {
    for (const [, link = ''] of read(page).matchAll(/\]\(([^)\s]+)\)/g)) {
      if (/^https?:/.test(link)) continue;
      const [path = '', anchor] = link.split('#');
      const target = path === '' ? page : join(dirname(page), path);
      t.ok(existsSync(join(ROOT, target)), `${page}: ${link}`);
      if (anchor !== undefined) t.ok(anchorsOf(target).includes(anchor), `${page}: #${anchor} in ${target}`);
      count += 1;
    }
  }
  t.ok(count > 40, `${count} links`);
  for (const name of DOCS) t.match(read('README.md'), `(docs/${name})`, `README links to ${name}`);
  t.end();
});

t.test('links out of docs/ lead to files that are in the package', (t) => {
  const { files } = JSON.parse(read('package.json')) as { readonly files: readonly string[] };
  const isPacked = (path: string): boolean =>
    ['README.md', 'LICENSE', 'CONTRIBUTING.md'].includes(path) ||
    files.some((file) => path === file || path.startsWith(`${file}/`));
  for (const page of PAGES.filter((one) => one !== 'CONTRIBUTING.md')) {
    for (const [, link = ''] of read(page).matchAll(/\]\(([^)#\s]+)[^)\s]*\)/g)) {
      if (!/^https?:/.test(link)) t.ok(isPacked(join(dirname(page), link).replace(/\/$/, '')), `${page}: ${link}`);
    }
  }
  t.end();
});

t.test('docs/ describes every option, exit code and verdict', (t) => {
  const optionsIn = (help: string): Set<string> => new Set(help.match(/--[a-z][a-z-]+/g));
  const documented = (path: string): Set<string> => optionsIn(rowsOf(path).join('\n'));
  const commandLine = documented('docs/command-line.md');
  for (const option of optionsIn(HELP)) t.ok(commandLine.has(option), `${option} in command-line.md`);
  for (const option of optionsIn(WHO_HELP)) t.ok(commandLine.has(option), `${option} of who in command-line.md`);
  const bundles = documented('docs/bundles-and-diff.md');
  for (const option of optionsIn(CHECK_HELP + DIFF_HELP)) {
    t.ok(bundles.has(option) || option === '--once', `${option} in bundles-and-diff.md`);
  }
  const metrics = documented('docs/metrics.md');
  for (const option of optionsIn(SERVE_HELP)) {
    t.ok(metrics.has(option) || ['--once', '--help'].includes(option), `${option} in metrics.md`);
  }
  const preflight = documented('docs/preflight.md');
  for (const option of optionsIn(PREFLIGHT_HELP)) t.ok(preflight.has(option), `${option} in preflight.md`);
  t.strictSame(
    [...commandLine].filter((option) => !optionsIn(HELP).has(option)),
    [],
    'and no others',
  );
  for (const page of ['README.md', 'docs/command-line.md']) {
    const codes = rowsOf(page).filter((cell) => /^\d$/.test(cell));
    t.strictSame(codes, Object.values(EXIT_CODE).toSorted().map(String), `exit codes in ${page}`);
  }
  for (const verdict of VERDICTS) {
    const severity = verdict === 'unexpected' ? 'warning; info on loopback' : SEVERITY[verdict];
    t.match(read('docs/verdicts.md'), `\n| \`${verdict}\` | ${severity} |`);
  }
  t.end();
});

t.test('docs/codes.md lists every code', (t) => {
  const lines = read('docs/codes.md').split('\n');
  let count = 0;
  const check = (cells: readonly string[], params: object): void => {
    const names = Object.keys(params).map((name) => `\`${name}\``);
    const line = `| ${[...cells, names.join(', ')].join(' | ')} |`.replace('|  |', '| |');
    t.ok(lines.includes(line), line);
    count += 1;
  };
  for (const [code, { verdict, about, params }] of Object.entries(FINDING_CODES)) {
    check([`\`${code}\``, `\`${verdict}\``, about], params);
  }
  for (const [code, { severity, about, params }] of Object.entries(OBSTACLE_CODES)) {
    check([`\`${code}\``, severity, about], params);
  }
  for (const table of [ROLE_CODES, PAGE_CODES, COVERAGE_CODES, CLAIM_CODES, DIFFERENCE_CODES]) {
    for (const [code, { about, params }] of Object.entries(table)) check([`\`${code}\``, about], params);
  }
  t.equal(lines.filter((line) => line.startsWith('| `')).length, count, 'and no others');
  t.end();
});

t.test('docs/ describes every key of the TUI', (t) => {
  const cells = rowsOf('docs/command-line.md').join(' ');
  for (const { label } of BINDING_GROUPS.flatMap(({ bindings }) => bindings)) {
    for (const short of label.split(/[, ]+|(?<=\w)\//)) {
      const key = short.replace(/^\^/, 'Ctrl-');
      t.ok(cells.includes(key.length > 1 ? key : `\`${key}\``), `${key} in ${label}`);
    }
  }
  t.end();
});

t.test('images are small enough to ship', (t) => {
  const images = readdirSync(join(ROOT, 'docs/screens'));
  for (const name of images) t.ok(statSync(join(ROOT, 'docs/screens', name)).size < 50_000, name);
  t.ok(images.length >= 4);
  t.end();
});
