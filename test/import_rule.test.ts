import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';
import t from 'tap';

/*
 * Data flows one way: each folder of src/ imports only from itself and from what stands before it. Files directly in
 * src/ wire the folders together, but for native.ts, errors.ts and usage.ts, which everybody may import and which import no folder.
 */
const ORDER: readonly string[] = [
  'sockets',
  'owners',
  'network',
  'spec',
  'verdict',
  'changes',
  'document',
  'evidence',
  'fleet',
  'report',
  'tui',
];
const FOUNDATION = ['errors.ts', 'native.ts', 'usage.ts'];
const WIRING = [
  'check.ts',
  'check_arguments.ts',
  'check_command.ts',
  'explanation.ts',
  'judge_files.ts',
  'judge_thread.ts',
  'judge_threads.ts',
  'thread_count.ts',
  'snapshot.ts',
  'snapshot_options.ts',
  'observe.ts',
  'watch.ts',
  'follow.ts',
  'other_namespaces.ts',
  'ui.ts',
  'cli.ts',
  'main.cts',
  'index.ts',
  'arguments.ts',
  'version.ts',
  'redact_option.ts',
  'diff_command.ts',
  'snapshot_file.ts',
  'diff_arguments.ts',
];

/** What would leave this program: nothing in src/ may import it, or go around imports to reach it. */
const SPAWNS = /child_process|\bprocess\s*\.\s*binding\b|node:cluster|['"]cluster['"]|\bexecve\b/;

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

function rankOf(path: string): number | null {
  if (FOUNDATION.includes(path)) return 0;
  if (WIRING.includes(path)) return ORDER.length + 1;
  const [folder = ''] = path.split('/');
  const at = ORDER.indexOf(folder);
  return at < 0 ? null : at + 1;
}

/** Every breach of the rules in a set of files, one line each. */
function breaches(sources: readonly Source[]): string[] {
  const found: string[] = [];
  for (const source of sources) {
    const { path, text } = source;
    const rank = rankOf(path);
    if (rank === null) found.push(`${path}: has no place in the order`);
    if (SPAWNS.test(text)) found.push(`${path}: spawns`);
    for (const specifier of importsOf(source)) {
      if (specifier === 'node-gyp-build' || specifier.endsWith('.node')) {
        // main.cts begins a search before it reads the program, native.ts among it.
        if (path !== 'native.ts' && path !== 'main.cts') found.push(`${path}: loads an addon`);
      }
      const target = resolve(source, specifier);
      if (target === null) continue;
      const targetRank = rankOf(target);
      if (target.startsWith('..')) found.push(`${path} -> ${target}: outside of src`);
      else if (targetRank === null || rank === null || targetRank > rank) found.push(`${path} -> ${target}: backwards`);
      else if (!sources.some((one) => one.path === target)) found.push(`${path} -> ${target}: no such file`);
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
  for (const folder of ['sockets', 'owners', 'network', 'spec', 'verdict', 'report']) {
    t.ok(
      sources.some(({ path }) => path.startsWith(`${folder}/`)),
      folder,
    );
  }
  t.end();
});

t.test('the rule would fail', (t) => {
  const base: Source[] = [
    { path: 'errors.ts', text: '' },
    { path: 'native.ts', text: "import { x } from './errors.js';\nconst find = require('node-gyp-build');" },
    {
      path: 'sockets/a.ts',
      text: "import type { X } from '../native.js';\nimport { readFile } from 'node:fs/promises';",
    },
    { path: 'verdict/b.ts', text: "import { a } from '../sockets/a.js';" },
    { path: 'snapshot.ts', text: "const { b } = await import('./verdict/b.js');" },
  ];
  t.strictSame(breaches(base), []);
  const cases: [path: string, text: string, breach: string][] = [
    ['sockets/c.ts', "import type { B } from '../verdict/b.js';", 'sockets/c.ts -> verdict/b.ts: backwards'],
    ['sockets/c.ts', "export * from '../verdict/b.js';", 'sockets/c.ts -> verdict/b.ts: backwards'],
    ['sockets/c.ts', "const b = await import('../verdict/b.js');", 'sockets/c.ts -> verdict/b.ts: backwards'],
    ['sockets/c.ts', "let x: typeof import('../verdict/b.js');", 'sockets/c.ts -> verdict/b.ts: backwards'],
    ['sockets/c.ts', "import '../verdict/b.js';", 'sockets/c.ts -> verdict/b.ts: backwards'],
    ['sockets/c.ts', "import {\n  type B,\n} from '../verdict/b.js';", 'sockets/c.ts -> verdict/b.ts: backwards'],
    ['verdict/c.ts', "import { snapshot } from '../snapshot.js';", 'verdict/c.ts -> snapshot.ts: backwards'],
    ['native.ts', "import { a } from './sockets/a.js';", 'native.ts -> sockets/a.ts: backwards'],
    ['sockets/c.ts', "import { a } from './gone.js';", 'sockets/c.ts -> sockets/gone.ts: no such file'],
    ['sockets/c.ts', "import p from '../../package.json';", 'sockets/c.ts -> ../package.json: outside of src'],
    ['helpers/c.ts', '', 'helpers/c.ts: has no place in the order'],
    ['helpers.ts', '', 'helpers.ts: has no place in the order'],
    ['owners/c.ts', "import { spawn } from 'node:child_process';", 'owners/c.ts: spawns'],
    ['owners/c.ts', "const { execFile } = require('child_process');", 'owners/c.ts: spawns'],
    ['owners/c.ts', "process.binding('spawn_sync');", 'owners/c.ts: spawns'],
    ['owners/c.ts', "import addon from 'node-gyp-build';", 'owners/c.ts: loads an addon'],
    ['owners/c.ts', "require('../build/Release/sockwatch.node');", 'owners/c.ts: loads an addon'],
  ];
  for (const [path, text, breach] of cases) {
    const others = base.filter((one) => one.path !== path);
    t.ok(breaches([...others, { path, text }]).includes(breach), breach);
  }
  const cycle: Source[] = [
    { path: 'sockets/x.ts', text: "import './y.js';" },
    { path: 'sockets/y.ts', text: "import './z.js';" },
    { path: 'sockets/z.ts', text: "import type { X } from './x.js';" },
  ];
  t.strictSame(breaches([...base, ...cycle]), ['sockets/z.ts -> sockets/x.ts: closes a cycle']);
  t.strictSame(
    breaches([...base, { path: 'sockets/x.ts', text: "// from '../verdict/b.js'\n/* import '../tui/x.js' */" }]),
    [],
  );
  t.end();
});
