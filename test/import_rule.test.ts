import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';
import t from 'tap';

/**
 * The folders below src/ in the order in which data flows; each imports only from itself and from those before it. Every
 * file is in one of them, but for index.ts, the library, which re-exports from all but the command line.
 */
const ORDER: readonly string[] = [
  'base',
  'kernel',
  'spec',
  'node',
  'verdict',
  'snapshot',
  'watch',
  'evidence',
  'fleet',
  'report',
  'tui',
  'index.ts',
  'cli',
];

/** What would leave this program: nothing in src/ may import it, or go around imports to reach it. */
const SPAWNS = /child_process|\bprocess\s*\.\s*binding\b|node:cluster|['"]cluster['"]|\bexecve\b/;

/** A dump can make the kernel load a module: sock_diag.ts asks first whether it would, and is the only way to one. */
const DUMPS = /\bdump(Inet|Unix)\b/;
const DUMPERS = ['kernel/addon.ts', 'kernel/sockets/sock_diag.ts'];

interface Source {
  /** Below src/, such as `sockets/address.ts`. */
  readonly path: string;
  readonly text: string;
}

/** Modules that a file names: `import … from`, `export … from`, `import()` of a value or a type, a bare `import`. */
function importsOf({ text }: Source): string[] {
  const code = text.replace(/\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm, '');
  const forms = /\b(?:from|import)\s*\(?\s*['"]([^'"]+)['"]|\brequire\s*\(\s*['"]([^'"]+)['"]/g;
  return Array.from(code.matchAll(forms), ([, imported, required]) => imported ?? required ?? '');
}

/** The file of src/ behind a relative import; null for a package. */
function resolve({ path }: Source, specifier: string): string | null {
  if (!specifier.startsWith('.')) return null;
  return normalize(join(dirname(path), specifier.replace(/\.js$/, '.ts')));
}

/** Position in the order; null for a file or folder that has none. */
function rankOf(path: string): number | null {
  const [top = ''] = path.split('/');
  const at = ORDER.indexOf(top);
  return at < 0 ? null : at;
}

/** Every breach of the rules in a set of files, one line each. */
function breaches(sources: readonly Source[]): string[] {
  const found: string[] = [];
  for (const source of sources) {
    const { path, text } = source;
    const rank = rankOf(path);
    if (rank === null) found.push(`${path}: has no place in the order`);
    if (SPAWNS.test(text)) found.push(`${path}: spawns`);
    if (DUMPS.test(text) && !DUMPERS.includes(path)) found.push(`${path}: dumps a table without asking first`);
    for (const specifier of importsOf(source)) {
      if (specifier === 'node-gyp-build' || specifier.endsWith('.node')) found.push(`${path}: loads an addon`);
      const target = resolve(source, specifier);
      if (target === null) continue;
      const targetRank = rankOf(target);
      if (target.startsWith('..')) found.push(`${path} -> ${target}: outside of src`);
      else if (targetRank === null || rank === null || targetRank > rank) found.push(`${path} -> ${target}: backwards`);
      else if (!sources.some(({ path }) => path === target || path === target.replace(/\.ts$/, '.d.ts')))
        found.push(`${path} -> ${target}: no such file`);
    }
  }
  return [...found, ...cycles(sources)];
}

/** Each cycle once, by the import that closes it. */
function cycles(sources: readonly Source[]): string[] {
  const graph = new Map(sources.map((one) => [one.path, importsOf(one).map((name) => resolve(one, name))]));
  const state = new Map<string, 'open' | 'closed'>();
  const found: string[] = [];
  const visit = (path: string): void => {
    state.set(path, 'open');
    for (const next of graph.get(path) ?? []) {
      if (next === null) continue;
      if (state.get(next) === 'open') found.push(`${path} -> ${next}: closes a cycle`);
      else if (!state.has(next)) visit(next);
    }
    state.set(path, 'closed');
  };
  for (const path of graph.keys()) if (!state.has(path)) visit(path);
  return found;
}

const SRC = fileURLToPath(new URL('../../src/', import.meta.url));

function allSources(): Source[] {
  return readdirSync(SRC, { recursive: true, encoding: 'utf8' })
    .filter((path) => /\.c?ts$/.test(path))
    .map((path) => ({ path, text: readFileSync(join(SRC, path), 'utf8') }));
}

t.test('src/ keeps the rule', (t) => {
  const sources = allSources();
  t.strictSame(breaches(sources), []);
  t.ok(sources.length > 40, 'and was really read');
  const edges = sources.flatMap((one) => importsOf(one).filter((name) => resolve(one, name) !== null));
  t.ok(edges.length > 100, 'with its imports');
  for (const folder of ORDER.filter((one) => !one.endsWith('.ts'))) {
    t.ok(
      sources.some(({ path }) => path.startsWith(`${folder}/`)),
      folder,
    );
  }
  t.end();
});

t.test('the rule would fail', (t) => {
  const base: Source[] = [
    { path: 'base/errors.ts', text: '' },
    {
      path: 'kernel/addon.ts',
      text: "import { x } from '../base/errors.js';",
    },
    {
      path: 'kernel/sockets/a.ts',
      text: "import type { X } from '../addon.js';\nimport { readFile } from 'node:fs/promises';",
    },
    { path: 'verdict/b.ts', text: "import { a } from '../kernel/sockets/a.js';" },
    { path: 'snapshot/snapshot.ts', text: "const { b } = await import('../verdict/b.js');" },
    { path: 'index.ts', text: "export { snapshot } from './snapshot/snapshot.js';" },
    { path: 'cli/cli.ts', text: "import { snapshot } from '../index.js';" },
  ];
  t.strictSame(breaches(base), []);
  const upwards = 'kernel/sockets/c.ts -> verdict/b.ts: backwards';
  const cases: [path: string, text: string, breach: string][] = [
    ['kernel/sockets/c.ts', "import type { B } from '../../verdict/b.js';", upwards],
    ['kernel/sockets/c.ts', "export * from '../../verdict/b.js';", upwards],
    ['kernel/sockets/c.ts', "const b = await import('../../verdict/b.js');", upwards],
    ['kernel/sockets/c.ts', "let x: typeof import('../../verdict/b.js');", upwards],
    ['kernel/sockets/c.ts', "import '../../verdict/b.js';", upwards],
    ['kernel/sockets/c.ts', "import {\n  type B,\n} from '../../verdict/b.js';", upwards],
    ['verdict/c.ts', "import { s } from '../snapshot/snapshot.js';", 'verdict/c.ts -> snapshot/snapshot.ts: backwards'],
    ['verdict/c.ts', "import { s } from '../index.js';", 'verdict/c.ts -> index.ts: backwards'],
    ['index.ts', "export { run } from './cli/cli.js';", 'index.ts -> cli/cli.ts: backwards'],
    ['base/c.ts', "import { a } from '../kernel/addon.js';", 'base/c.ts -> kernel/addon.ts: backwards'],
    ['kernel/c.ts', "import { a } from './gone.js';", 'kernel/c.ts -> kernel/gone.ts: no such file'],
    ['kernel/c.ts', "import p from '../../package.json';", 'kernel/c.ts -> ../package.json: outside of src'],
    ['helpers/c.ts', '', 'helpers/c.ts: has no place in the order'],
    ['helpers.ts', '', 'helpers.ts: has no place in the order'],
    ['kernel/c.ts', "import { spawn } from 'node:child_process';", 'kernel/c.ts: spawns'],
    ['kernel/c.ts', "const { execFile } = require('child_process');", 'kernel/c.ts: spawns'],
    ['kernel/c.ts', "process.binding('spawn_sync');", 'kernel/c.ts: spawns'],
    ['kernel/c.ts', "import addon from 'node-gyp-build';", 'kernel/c.ts: loads an addon'],
    ['kernel/c.ts', 'native().dumpUnix(null, 1)', 'kernel/c.ts: dumps a table without asking first'],
    ['kernel/c.ts', "require('../build/Release/sockwatch.node');", 'kernel/c.ts: loads an addon'],
  ];
  for (const [path, text, breach] of cases) {
    const others = base.filter((one) => one.path !== path);
    t.ok(breaches([...others, { path, text }]).includes(breach), breach);
  }
  const cycle: Source[] = [
    { path: 'kernel/x.ts', text: "import './y.js';" },
    { path: 'kernel/y.ts', text: "import './z.js';" },
    { path: 'kernel/z.ts', text: "import type { X } from './x.js';" },
  ];
  t.strictSame(breaches([...base, ...cycle]), ['kernel/z.ts -> kernel/x.ts: closes a cycle']);
  t.strictSame(
    breaches([...base, { path: 'kernel/x.ts', text: "// from '../verdict/b.js'\n/* import '../tui/x.js' */" }]),
    [],
  );
  t.end();
});

t.test('at most twelve folders, each file at most 300 lines', (t) => {
  const folders = new Set(allSources().flatMap(({ path }) => (path.includes('/') ? [path.split('/')[0]] : [])));
  t.ok(folders.size <= 12, `${folders.size} folders`);
  for (const { path, text } of allSources()) t.ok(text.split('\n').length <= 301, path);
  t.end();
});
