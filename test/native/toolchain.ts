import { constants } from 'node:fs';
import { access } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { basename, delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { run } from '../lab/child.js';

/** The checkout. This file runs from dist/test/native/. */
export const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
export const NATIVE = join(ROOT, 'native');
export const TESTS = join(ROOT, 'test', 'native');

export const CLANG = ['clang++-14', 'clang++'];
export const GCC = ['g++'];

/** The sources that do not depend on Node. */
export const PURE_SOURCES = [
  'inet_diag.cc',
  'netlink_messages.cc',
  'netlink_socket.cc',
  'netns.cc',
  'proc_owners.cc',
  'process_facts.cc',
  'read_file.cc',
  'ring_buffer.cc',
  'route_changes.cc',
  'unix_diag.cc',
].map((name) => join(NATIVE, name));

const WARNINGS = ['-Wall', '-Wextra', '-Werror'];
/** Makes sanitizers abort at the first report. */
export const SANITIZED = ['-g', '-O1', '-fno-omit-frame-pointer', '-fno-sanitize-recover=all'];

/** The path of the first of these programs found in PATH. */
export async function findProgram(names: readonly string[]): Promise<string | null> {
  for (const name of names) {
    for (const directory of (process.env['PATH'] ?? '').split(delimiter)) {
      const path = join(directory, name);
      const found = await access(path, constants.X_OK).then(
        () => true,
        () => false,
      );
      if (found) return path;
    }
  }
  return null;
}

/** The `skip` option of a test that needs one of these programs. CI must have them, so nothing is skipped there. */
export async function skipWithout(names: readonly string[]): Promise<string | false> {
  if (process.env['CI'] === 'true' || (await findProgram(names)) !== null) return false;
  return `none of ${names.join(', ')} is in PATH`;
}

export async function mustFind(names: readonly string[]): Promise<string> {
  const found = await findProgram(names);
  if (found === null) throw new Error(`none of ${names.join(', ')} is in PATH`);
  return found;
}

/** Runs a compiler. @throws if it fails. */
export async function compile(compiler: string, args: readonly string[]): Promise<void> {
  const { code, stderr } = await run([compiler, ...args]);
  if (code !== 0) throw new Error(`${[compiler, ...args].join(' ')}: exit code ${code}\n${stderr}`);
}

/** Compiles C++17 sources into `directory`, and returns the object files in the order of the sources. */
export async function compileObjects(
  compiler: string,
  flags: readonly string[],
  sources: readonly string[],
  directory: string,
): Promise<string[]> {
  return inParallel(sources, async (source) => {
    const object = join(directory, `${basename(source, '.cc')}.o`);
    await compile(compiler, ['-std=c++17', ...WARNINGS, ...flags, '-c', source, '-o', object]);
    return object;
  });
}

/** Maps items concurrently, as many at a time as there are processors. */
export async function inParallel<Item, Result>(
  items: readonly Item[],
  work: (item: Item) => Promise<Result>,
): Promise<Result[]> {
  const results: Result[] = [];
  const rest = items.entries();
  const worker = async (): Promise<void> => {
    for (const [at, item] of rest) results[at] = await work(item);
  };
  await Promise.all(Array.from({ length: availableParallelism() }, worker));
  return results;
}
