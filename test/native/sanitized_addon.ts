import { mkdtemp, readdir, readFile, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { run } from '../lab/child.js';
import { GCC, mustFind, ROOT } from './toolchain.js';

const EXERCISE = fileURLToPath(new URL('./exercise.js', import.meta.url));

const SANITIZE = '-fsanitize=address,undefined';
const FLAGS = `-g -fno-omit-frame-pointer -fno-sanitize-recover=all ${SANITIZE}`;

export interface Exercised {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
  /** What the sanitizers had to say: every report, but of leaks only the addon's own. */
  readonly reports: readonly string[];
}

/** The whole addon with the sanitizers built in. Node itself is as it is, so their runtime is loaded ahead of it. */
export class SanitizedAddon {
  readonly #directory: string;
  readonly #runtime: string;

  private constructor(directory: string, runtime: string) {
    this.#directory = directory;
    this.#runtime = runtime;
  }

  /** Builds it by the checkout's binding.gyp, in a directory of its own. */
  static async build(): Promise<SanitizedAddon> {
    const compiler = await mustFind(GCC);
    const directory = await mkdtemp(join(tmpdir(), 'sockwatch-asan-'));
    try {
      const entries = (await readdir(ROOT)).filter((name) => name !== 'build');
      await Promise.all(entries.map((name) => symlink(join(ROOT, name), join(directory, name))));
      const gyp = join(ROOT, 'node_modules', 'node-gyp', 'bin', 'node-gyp.js');
      const argv = [process.execPath, gyp, 'rebuild', '-C', directory, '-j', '2', ...(await headersAsBuilt())];
      const env = { ...process.env, CXX: compiler, CXXFLAGS: FLAGS, LDFLAGS: SANITIZE };
      const built = await run(argv, env);
      if (built.code !== 0) throw new Error(`node-gyp: exit code ${built.code}\n${built.stdout}${built.stderr}`);
      const runtime = await run([compiler, '-print-file-name=libasan.so']);
      return new SanitizedAddon(directory, runtime.stdout.trim());
    } catch (error) {
      await rm(directory, { recursive: true });
      throw error;
    }
  }

  /** Runs one scenario of exercise.ts with it, in a process of its own. */
  async exercise(scenario: string): Promise<Exercised> {
    const env = {
      PATH: process.env['PATH'],
      K8S_SOCKWATCH_PREBUILD: this.#directory,
      LD_PRELOAD: this.#runtime,
      // Node leaves its own memory to the kernel when it ends, so leaks are told but do not decide the exit code.
      ASAN_OPTIONS: 'detect_leaks=1',
      LSAN_OPTIONS: 'exitcode=0',
      UBSAN_OPTIONS: 'print_stacktrace=1',
    };
    const output = await run([process.execPath, EXERCISE, scenario], env);
    return { ...output, reports: reportsIn(output.stderr) };
  }

  async close(): Promise<void> {
    await rm(this.#directory, { recursive: true });
  }
}

/** Where the ordinary build found Node's headers, so that this one does not download any. */
async function headersAsBuilt(): Promise<string[]> {
  const config = await readFile(join(ROOT, 'build', 'config.gypi'), 'utf8').catch(() => '');
  const nodedir = /"nodedir": "(.*)"/.exec(config)?.[1];
  return nodedir === undefined ? [] : [`--nodedir=${nodedir}`];
}

/** Reports stand in paragraphs; that of a leak is its stack, the allocation first. */
export function reportsIn(stderr: string): string[] {
  return stderr.split(/\n\s*\n/).filter((paragraph) => {
    if (/ERROR: AddressSanitizer|runtime error:/.test(paragraph)) return true;
    return /(?:Direct|Indirect) leak of/.test(paragraph) && isAllocatedByAddon(paragraph);
  });
}

/** What Node allocates is its own, also where the addon has called it. */
function isAllocatedByAddon(stack: string): boolean {
  const frames = stack.split('\n').filter((line) => /^\s*#\d+ /.test(line));
  const addon = frames.findIndex((frame) => /\/native\/\w+\.(?:cc|h):\d+|\/napi(?:-inl)?\.h:\d+/.test(frame));
  const node = frames.findIndex((frame) => /\(\S*\/node\+0x/.test(frame));
  return addon >= 0 && (node < 0 || addon < node);
}
