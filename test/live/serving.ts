import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { CLI } from './cli.js';

/** `k8s-sockwatch serve` as a user runs it. */
export class Serving {
  readonly child: ChildProcess;
  stderr = '';
  #url = '';

  private constructor(options: readonly string[], prefix: readonly string[]) {
    const program = ['env', '-u', 'NODE_OPTIONS', process.execPath, CLI, 'serve', ...options];
    const [command = '', ...argv] = [...prefix, ...program];
    this.child = spawn(command, argv, { stdio: ['ignore', 'ignore', 'pipe'] });
  }

  /** Waits until it listens; on a port that the kernel chooses, unless `options` says otherwise. `prefix` runs it in something else. */
  static async start(options: readonly string[] = [], prefix: readonly string[] = []): Promise<Serving> {
    const listen = options.includes('--listen') ? [] : ['--listen', '127.0.0.1:0'];
    const serving = new Serving([...listen, ...options], prefix);
    const { stderr } = serving.child;
    if (stderr === null) throw new Error('its output is a pipe');
    await new Promise<void>((resolve, reject) => {
      stderr.setEncoding('utf8').on('data', (text: string) => {
        serving.stderr += text;
        serving.#url = /serving on (\S+)\n/.exec(serving.stderr)?.[1] ?? '';
        if (serving.#url !== '') resolve();
      });
      serving.child.once('exit', (code) => reject(new Error(`exit code ${code}: ${serving.stderr}`)));
    });
    return serving;
  }

  get url(): string {
    return this.#url;
  }

  get port(): number {
    return Number(new URL(this.#url).port);
  }

  get(path: string, init: RequestInit = {}): Promise<Response> {
    return fetch(`${this.#url}${path}`, { ...init, signal: AbortSignal.timeout(20_000) });
  }

  /** The value of a series in /metrics; undefined: there is none. */
  async value(series: string): Promise<number | undefined> {
    const text = await (await this.get('/metrics')).text();
    const line = text.split('\n').find((one) => one.startsWith(`${series} `));
    return line === undefined ? undefined : Number(line.slice(series.length + 1));
  }

  /** Ends it as a user does, and gives its exit code. */
  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<number | null> {
    if (this.child.exitCode === null && this.child.signalCode === null) {
      this.child.kill(signal);
      await once(this.child, 'exit');
    }
    return this.child.exitCode;
  }
}
