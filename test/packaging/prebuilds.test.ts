import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { ROOT } from '../native/toolchain.js';

/* The prebuilt addon loads where Node.js itself does: with the libraries of RHEL 8, Debian 10 and Ubuntu 20.04. */

type Version = readonly number[];

const NEWEST: ReadonlyMap<string, Version> = new Map([
  ['GLIBC', [2, 28]],
  ['GLIBCXX', [3, 4, 25]],
  ['CXXABI', [1, 3, 11]],
  ['GCC', [7]],
]);

/** Machine in the ELF header (e_machine). */
const MACHINES = new Map([
  ['x64', 62],
  ['arm64', 183],
]);

function isNewer(version: Version, limit: Version): boolean {
  const at = version.findIndex((part, index) => part !== (limit[index] ?? 0));
  return at >= 0 && (version[at] ?? 0) > (limit[at] ?? 0);
}

/** What Node.js has, and what a linker adds that may be missing. */
const UNVERSIONED = /^(napi_|node_api_|uv_|_ITM_|__gmon_start__$)/;

interface Needed {
  /** Versions of symbols, such as GLIBC_2.17. */
  readonly all: readonly string[];
  /** Those among them that are too new. */
  readonly tooNew: readonly string[];
  /** Symbols that no library has: a part of the C library was linked statically. */
  readonly unknown: readonly string[];
}

function neededBy(file: string): Needed {
  const symbols = execFileSync('objdump', ['-T', file], { encoding: 'utf8' });
  const all = [...new Set([...symbols.matchAll(/\(([A-Z]+_[\d.]+)\)/g)].map(([, name = '']) => name))];
  const tooNew = all.filter((name) => {
    const [library = '', version = ''] = name.split('_');
    const limit = NEWEST.get(library);
    return limit === undefined || isNewer(version.split('.').map(Number), limit);
  });
  const undefined_ = [...symbols.matchAll(/\*UND\*\s+[\da-f]+\s+(\([^)]+\)|Base)?\s*(\S+)$/gm)];
  const unknown = undefined_.flatMap(([, version, name = '']) =>
    version?.startsWith('(') || UNVERSIONED.test(name) ? [] : [name],
  );
  return { all, tooNew, unknown };
}

t.before(() => {
  execFileSync(join(ROOT, '.ci/prebuild'), [...MACHINES.keys()], { stdio: ['ignore', 'ignore', 'inherit'] });
});

for (const [arch, machine] of MACHINES) {
  t.test(`the addon for ${arch} needs no newer libraries`, (t) => {
    const file = join(ROOT, `prebuilds/linux-${arch}/node.napi.glibc.node`);
    t.equal(readFileSync(file).readUInt16LE(18), machine);
    const { all, tooNew, unknown } = neededBy(file);
    t.ok(all.includes('GLIBC_2.17'), 'objdump reads it');
    t.strictSame({ tooNew, unknown }, { tooNew: [], unknown: [] });
    t.end();
  });
}

t.test('versions are compared part by part', (t) => {
  t.strictSame(
    [[2, 9], [2, 28], [2, 28, 1], [2, 33], [3]].map((version) => isNewer(version, [2, 28])),
    [false, false, true, true, true],
  );
  t.end();
});
