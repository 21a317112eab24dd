import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { waitFor } from '../lab/wait.js';
import { ROOT } from '../native/toolchain.js';

/** A series of an answer, with its value. */
export interface Sample {
  readonly metric: Readonly<Record<string, string>>;
  readonly value: readonly [time: number, value: string];
}

interface Answer<Data> {
  readonly status: 'success' | 'error';
  readonly error?: string;
  readonly data: Data;
}

/** Short, so that alerts follow at once what a test does. */
const INTERVAL = '250ms';

/** A real Prometheus with the rules of this package, of which none waits before it fires. */
export class PrometheusServer {
  readonly #child: ChildProcess;
  readonly #url: string;

  private constructor(child: ChildProcess, url: string) {
    this.#child = child;
    this.#url = url;
  }

  /** Scrapes `target`, such as `127.0.0.1:9477`, and keeps its files in `directory`. */
  static async start(directory: string, target: string): Promise<PrometheusServer> {
    mkdirSync(directory);
    const rules = readFileSync(join(ROOT, 'packaging/prometheus/rules.yaml'), 'utf8');
    writeFileSync(join(directory, 'rules.yaml'), rules.replace(/^( +for:) .*$/gm, '$1 0s'));
    const scrape = `scrape_configs: [{job_name: k8s-sockwatch, static_configs: [{targets: ['${target}']}]}]`;
    const global = `global: {scrape_interval: ${INTERVAL}, scrape_timeout: ${INTERVAL}, evaluation_interval: ${INTERVAL}}`;
    writeFileSync(join(directory, 'config.yaml'), `${global}\nrule_files: [rules.yaml]\n${scrape}\n`);
    const address = `127.0.0.1:${await freePort()}`;
    const options = [
      `--config.file=${join(directory, 'config.yaml')}`,
      `--storage.tsdb.path=${join(directory, 'data')}`,
      `--web.listen-address=${address}`,
      '--log.level=error',
    ];
    const child = spawn('prometheus', options, { stdio: ['ignore', 'ignore', 'inherit'] });
    const server = new PrometheusServer(child, `http://${address}`);
    await waitFor('Prometheus', () => server.#isReady(), 60_000).catch(async (error: unknown) => {
      await server.stop();
      throw error;
    });
    return server;
  }

  async #isReady(): Promise<true | null> {
    if (this.#child.exitCode !== null) throw new Error(`Prometheus exited with ${this.#child.exitCode}`);
    const answer = await fetch(`${this.#url}/-/ready`).catch(() => null);
    return answer?.ok === true ? true : null;
  }

  async #ask<Data>(path: string): Promise<Data> {
    const answer = (await (await fetch(`${this.#url}/api/v1/${path}`)).json()) as Answer<Data>;
    if (answer.status !== 'success') throw new Error(`${path}: ${answer.error}`);
    return answer.data;
  }

  async query(expression: string): Promise<readonly Sample[]> {
    return (await this.#ask<{ readonly result: readonly Sample[] }>(`query?query=${encodeURIComponent(expression)}`))
      .result;
  }

  /** Alerts that fire, as `NAME service`, sorted. */
  async #firing(): Promise<readonly string[]> {
    const { alerts } = await this.#ask<{
      readonly alerts: readonly { readonly labels: Readonly<Record<string, string>>; readonly state: string }[];
    }>('alerts');
    const names = alerts
      .filter(({ state }) => state === 'firing')
      .map(({ labels }) => [labels['alertname'], labels['service'] ?? []].flat().join(' '));
    return [...new Set(names)].sort();
  }

  /** Waits until exactly these alerts fire. */
  async untilFiring(wanted: readonly string[]): Promise<void> {
    let firing: readonly string[] = [];
    const asWanted = async (): Promise<true | null> => {
      firing = await this.#firing();
      return firing.join() === wanted.join() ? true : null;
    };
    await waitFor(`alerts: ${wanted.join(', ') || 'none'}`, asWanted, 60_000).catch((error: Error) => {
      throw new Error(`${error.message}; there are: ${firing.join(', ') || 'none'}`);
    });
  }

  async stop(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    this.#child.kill('SIGKILL');
    await once(this.#child, 'exit');
  }
}

/** Prometheus does not tell which port the kernel chose for it. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('it listens on TCP');
  return address.port;
}
