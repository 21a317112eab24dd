import { cp, mkdtemp, readdir, readFile, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { run } from '../lab/child.js';
import { GCC, mustFind, ROOT } from './toolchain.js';

const EXERCISE = 'dist/test/native/exercise.js';

/** The sanitizers of a build, and the runtime that is preloaded, since Node itself is built without. */
const BUILDS = {
  memory: { flags: '-fsanitize=address,undefined -fno-sanitize-recover=all', runtime: 'libasan.so' },
  threads: { flags: '-fsanitize=thread', runtime: 'libtsan.so' },
} as const;

const OPTIONS = {
  // Node does not free its own memory on exit, so leaks are reported but do not change the exit code.
  ASAN_OPTIONS: 'detect_leaks=1',
  LSAN_OPTIONS: 'exitcode=0',
  UBSAN_OPTIONS: 'print_stacktrace=1',
  // Node and V8 synchronize their own memory with atomic operations that the runtime does not see.
  TSAN_OPTIONS: 'ignore_noninstrumented_modules=1 exitcode=0',
};

export interface ExerciseResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
  /** Sanitizer reports. Of leaks, only those of memory that the addon has allocated. */
  readonly reports: readonly string[];
}

/** The addon built with sanitizers. */
export class SanitizedAddon {
  readonly #directory: string;
  readonly #runtime: string;

  private constructor(directory: string, runtime: string) {
    this.#directory = directory;
    this.#runtime = runtime;
  }

  /** Builds the addon with the checkout's binding.gyp in a temporary directory. */
  static async build(build: keyof typeof BUILDS): Promise<SanitizedAddon> {
    const { flags, runtime } = BUILDS[build];
    const compiler = await mustFind(GCC);
    const directory = await mkdtemp(join(tmpdir(), 'sockwatch-asan-'));
    try {
      const entries = (await readdir(ROOT)).filter((name) => name !== 'build' && name !== 'dist');
      await Promise.all(entries.map((name) => symlink(join(ROOT, name), join(directory, name))));
      // A copy, from where the addon of this directory is found.
      await cp(join(ROOT, 'dist'), join(directory, 'dist'), { recursive: true });
      const gyp = join(ROOT, 'node_modules', 'node-gyp', 'bin', 'node-gyp.js');
      const argv = [process.execPath, gyp, 'rebuild', '-C', directory, '-j', '2', ...(await headersAsBuilt())];
      // Half the time of -O2 -g; reports have lines all the same.
      const sanitized = `-g1 -O1 -fno-omit-frame-pointer ${flags}`;
      const env = { ...process.env, CXX: compiler, CXXFLAGS: sanitized, CFLAGS: sanitized, LDFLAGS: flags };
      const built = await run(argv, env);
      if (built.code !== 0) throw new Error(`node-gyp: exit code ${built.code}\n${built.stdout}${built.stderr}`);
      const { stdout } = await run([compiler, `-print-file-name=${runtime}`]);
      return new SanitizedAddon(directory, stdout.trim());
    } catch (error) {
      await rm(directory, { recursive: true });
      throw error;
    }
  }

  /** Runs a scenario of exercise.ts in a new process. */
  async exercise(scenario: string): Promise<ExerciseResult> {
    const env = {
      PATH: process.env['PATH'],
      LD_PRELOAD: this.#runtime,
      ...OPTIONS,
    };
    const output = await run([process.execPath, join(this.#directory, EXERCISE), scenario], env);
    return { ...output, reports: reportsIn(output.stderr) };
  }

  async close(): Promise<void> {
    await rm(this.#directory, { recursive: true });
  }
}

/** The headers that the ordinary build used, so that node-gyp does not download any. */
async function headersAsBuilt(): Promise<string[]> {
  const config = await readFile(join(ROOT, 'build', 'config.gypi'), 'utf8').catch(() => '');
  const nodedir = /"nodedir": "(.*)"/.exec(config)?.[1];
  return nodedir === undefined ? [] : [`--nodedir=${nodedir}`];
}

/** Reports are separated by blank lines. A leak report is the stack of the allocation, innermost frame first. */
export function reportsIn(stderr: string): string[] {
  return stderr.split(/\n\s*\n/).filter((paragraph) => {
    if (/ERROR: AddressSanitizer|WARNING: ThreadSanitizer|runtime error:/.test(paragraph)) return true;
    return /(?:Direct|Indirect) leak of/.test(paragraph) && isAllocatedByAddon(paragraph);
  });
}

/** Memory allocated by Node is Node's own, even if the addon has called it. */
function isAllocatedByAddon(stack: string): boolean {
  const frames = stack.split('\n').filter((line) => /^\s*#\d+ /.test(line));
  const addon = frames.findIndex((frame) => /\/native\/\w+\.(?:cc|h):\d+|\/napi(?:-inl)?\.h:\d+/.test(frame));
  const node = frames.findIndex((frame) => /\(\S*\/node\+0x/.test(frame));
  return addon >= 0 && (node < 0 || addon < node);
}
