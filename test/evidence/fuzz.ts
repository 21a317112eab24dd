import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { formatError } from '../../src/base/format_error.js';
import { evidenceAt } from '../../src/evidence/evidence_at.js';
import type { Evidence } from '../../src/evidence/snapshot_in.js';
import { toJson } from '../../src/report/json.js';
import { toTable } from '../../src/report/table.js';
import { readSnapshot } from '../../src/snapshot/document/read_snapshot.js';
import { reevaluate } from '../../src/snapshot/reevaluate.js';
import { builtinSpec } from '../../src/spec/builtin.js';
import { joined } from '../joined.js';
import { type Member, tarOf } from './archive.js';

/*
 * Feeds the evidence readers what a damaged or hostile bundle may contain: real files with bytes changed, removed,
 * duplicated and spliced. Each result must be an error or a valid snapshot that can be printed, within a time limit.
 */

const FIXTURES = fileURLToPath(new URL('../../../test/fixtures/', import.meta.url));

/** Inputs are around 10 KB and take around 10 ms. */
const MAX_CPU_MS = 5000;
/** Node itself uses 60 MiB, and collects garbage late. */
const MAX_RESIDENT_BYTES = 700 * 1024 * 1024;

export const TARGETS = ['ss', 'snapshot', 'tar', 'tar.gz'] as const;
export type Target = (typeof TARGETS)[number];

export interface Fuzzed {
  readonly target: Target;
  readonly inputs: number;
  /** Inputs that were accepted. */
  readonly read: number;
  /** The first failure, with the seed that reproduces it. */
  readonly failure: string | null;
}

/** mulberry32, a seeded generator of numbers from 0 to 1. */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Syntax of the readers' formats. */
const TOKENS = [
  ...[
    'users:((',
    '",pid=1,fd=2)',
    '))',
    '),("',
    'tcp',
    'udp',
    'u_str',
    'LISTEN',
    'UNCONN',
    ' 1 * 0 ',
    '[::]:',
    '*:*',
    '%lo:',
    ':',
  ],
  ...[
    '99999999999999999999',
    '-1',
    '0',
    '\n',
    '\r\n',
    '\t',
    '\0',
    '\xff',
    '\x1b[31m',
    ' '.repeat(3000),
    '9'.repeat(400),
  ],
  ...[
    '{',
    '}',
    '[',
    ']',
    '"',
    '\\',
    '\\u0000',
    'null',
    'true',
    '1e999',
    '"__proto__":',
    '"schemaVersion":2',
    '[['.repeat(50),
  ],
  ...['../', '/', 'ustar', '0000644', '77777777777', '12 path=../x\n', '\x1f\x8b\x08'],
];

function mutated(seeds: readonly Buffer[], next: () => number): Buffer {
  const below = (limit: number): number => Math.floor(next() * limit);
  const one = (): Buffer => seeds[below(seeds.length)] ?? Buffer.alloc(0);
  let bytes = Buffer.from(one());
  for (let left = 1 + below(6); left > 0; left--) {
    const at = below(bytes.length + 1);
    const length = below(Math.min(bytes.length - at, next() < 0.5 ? 16 : 4096) + 1);
    const [before, within, after] = [
      bytes.subarray(0, at),
      bytes.subarray(at, at + length),
      bytes.subarray(at + length),
    ];
    switch (below(7)) {
      case 0:
        bytes = Buffer.concat([before, after]);
        break;
      case 1:
        bytes = Buffer.concat([before, within, within, after]);
        break;
      case 2:
        bytes = Buffer.from(before);
        break;
      case 3:
        bytes = Buffer.concat([before, Buffer.from(TOKENS[below(TOKENS.length)] ?? '', 'latin1'), after]);
        break;
      case 4: {
        const other = one();
        const from = below(other.length + 1);
        bytes = Buffer.concat([before, other.subarray(from, from + below(4096)), after]);
        break;
      }
      default:
        bytes = Buffer.from(bytes);
        for (let flips = 1 + below(8); flips > 0 && bytes.length > 0; flips--) bytes[below(bytes.length)] = below(256);
    }
  }
  return bytes;
}

async function files(directory: string): Promise<Buffer[]> {
  const names = (await readdir(join(FIXTURES, directory))).sort();
  return Promise.all(names.map((name) => readFile(join(FIXTURES, directory, name))));
}

async function seedsFor(target: Target): Promise<Buffer[]> {
  const [texts, snapshots] = [await files('ss'), await files('snapshots')];
  switch (target) {
    case 'ss':
      return texts.filter((text) => text[0] !== '{'.charCodeAt(0));
    case 'snapshot':
      // With fewer sockets, more mutations hit other parts.
      return snapshots.flatMap((text) => {
        const document = readSnapshot(text.toString('utf8'), 'a fixture');
        return [text, Buffer.from(JSON.stringify({ ...document, sockets: document.sockets.slice(0, 3) }))];
      });
    case 'tar':
    case 'tar.gz': {
      const members: Member[] = [
        { path: 'n/', type: 'Directory' },
        ...snapshots.map((content) => ({ path: 'n/snapshot.json', content })),
        ...texts.slice(0, 2).map((content, at) => ({ path: `n/ss${at}`, content })),
        { path: 'hostname', content: 'node-1\n' },
        { path: 'l.json', type: 'SymbolicLink', linkpath: '/etc/passwd' },
        { path: 'x', type: 'ExtendedHeader', content: '12 path=y.z\n' },
      ];
      const tar = tarOf(members);
      return target === 'tar' ? [tar, tar.subarray(0, 3000)] : [gzipSync(tar)];
    }
  }
}

/** Throws where a promise about the results is broken, whatever the input was. */
function check(one: Evidence): void {
  if ('error' in one) {
    const reason = formatError(one.error);
    if (/\p{Cc}/u.test(reason)) throw new Error('the message contains control characters');
    if (reason.length > 6000) throw new Error('the message is too long');
    return;
  }
  const document = reevaluate(one.document, { spec: builtinSpec() });
  const json = joined(toJson(document));
  readSnapshot(json, 'what was written');
  if (/(?!\n)\p{Cc}/u.test(joined(toTable(document)))) throw new Error('the table contains control characters');
  const ids = new Set(one.document.sockets.map(({ id }) => id));
  if (!one.source.includes('.json') && ids.size !== one.document.sockets.length) throw new Error('an id is not unique');
}

/** However slow the machine is. */
const MIN_INPUTS = 50;

/** Tries inputs for some seconds; the same seed gives the same inputs in the same order. */
export async function fuzz(target: Target, seconds: number, seed: number): Promise<Fuzzed> {
  const seeds = await seedsFor(target);
  const directory = await mkdtemp(join(tmpdir(), 'sockwatch-readers-'));
  const file = join(directory, { ss: 'ss.txt', snapshot: 'node.json', tar: 'x.tar', 'tar.gz': 'x.tar.gz' }[target]);
  const end = performance.now() + seconds * 1000;
  let inputs = 0;
  let read = 0;
  try {
    for (; inputs < MIN_INPUTS || performance.now() < end; inputs++) {
      const bytes = mutated(seeds, random(seed + inputs));
      await writeFile(file, bytes);
      const start = process.cpuUsage();
      try {
        for await (const one of evidenceAt(file, '1.2.3')) {
          check(one);
          if ('document' in one) read += 1;
        }
        const took = process.cpuUsage(start).user / 1000;
        if (took > MAX_CPU_MS) throw new Error(`took ${took} ms of CPU time`);
        const { rss } = process.memoryUsage();
        if (rss > MAX_RESIDENT_BYTES) throw new Error(`memory grew to ${rss} bytes`);
      } catch (error) {
        const what = error instanceof Error ? error.stack : String(error);
        const failure = `seed ${seed + inputs}: ${what}\n${bytes.length} bytes: ${bytes.toString('base64').slice(0, 20_000)}`;
        return { target, inputs: inputs + 1, read, failure };
      }
    }
    return { target, inputs, read, failure: null };
  } finally {
    await rm(directory, { recursive: true });
  }
}

function numberOf(text: string | undefined, fallback: number): number {
  const number = text === undefined || text === '' ? fallback : Number(text);
  if (!Number.isInteger(number) || number < 0) throw new Error(`'${text}' is not a number`);
  return number;
}

/** Per target, in tests. */
export function fuzzSeconds(): number {
  return numberOf(process.env['FUZZ_SECONDS'], 4);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [, , seconds, seed] = process.argv;
  for (const target of TARGETS) {
    const { inputs, read, failure } = await fuzz(
      target,
      numberOf(seconds, fuzzSeconds()),
      numberOf(seed, Date.now() % 1e9),
    );
    console.log(
      `${target}: ${inputs} inputs, ${read} snapshots, ${failure === null ? 'no failure' : `FAILED\n${failure}`}`,
    );
    if (failure !== null) process.exitCode = 1;
  }
}
