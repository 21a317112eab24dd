import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { gzipSync } from 'node:zlib';
import t from 'tap';
import { evidenceAt } from '../../src/evidence/evidence_at.js';
import { evidenceInStream } from '../../src/evidence/evidence_stream.js';
import type { Evidence } from '../../src/evidence/snapshot_in.js';
import { tarOf } from './archive.js';
import { netstatFixture, ssFixture } from './ss_fixtures.js';

/** `node-1, 34 sockets` or the message of an error. */
function told(one: Evidence): string {
  return 'document' in one
    ? `${one.document.node.hostname}, ${one.document.sockets.length} sockets`
    : one.error.message;
}

async function allOf(found: AsyncIterable<Evidence>): Promise<string[]> {
  const all: string[] = [];
  for await (const one of found) all.push(told(one));
  return all;
}

/** In small pieces, as a pipe may deliver them. */
function inStream(bytes: Buffer): Promise<string[]> {
  const pieces = Array.from({ length: Math.ceil(bytes.length / 700) }, (_, at) =>
    bytes.subarray(at * 700, (at + 1) * 700),
  );
  return allOf(evidenceInStream<never>(Readable.from(pieces), 'standard input', new Date(0), '1.2.3'));
}

const SNAPSHOT = ssFixture('snapshot.json');
const TEXT = ssFixture('plntu');
const OF_SNAPSHOT = [`node-1, ${JSON.parse(SNAPSHOT.toString()).sockets.length} sockets`];

t.test('a snapshot, a text or an archive, compressed or not', async (t) => {
  const archive = tarOf([
    { path: 'a/node.json', content: SNAPSHOT },
    { path: 'b/ss_-plntu', content: TEXT },
  ]);
  for (const pack of [(bytes: Buffer) => bytes, gzipSync]) {
    t.strictSame(await inStream(pack(SNAPSHOT)), OF_SNAPSHOT);
    t.match(await inStream(pack(TEXT)), [/^standard input, \d\d sockets$/]);
    t.match(await inStream(pack(netstatFixture('plntu'))), [/^standard input, \d\d sockets$/]);
    t.match(await inStream(pack(archive)), [...OF_SNAPSHOT, /^b, \d\d sockets$/]);
  }
});

t.test('what is none of these is named', async (t) => {
  const cases: [Buffer, RegExp][] = [
    [Buffer.alloc(0), /^standard input: expected ss or netstat output with a listening socket, found an empty file$/],
    [gzipSync(SNAPSHOT).subarray(0, 300), /expected whole gzip data, found its end: it is truncated$/],
    [gzipSync(gzipSync(SNAPSHOT)), /expected gzip data, found data that was compressed twice$/],
    [Buffer.concat([Buffer.from([0xfd, 0x37, 0x7a, 0x58, 0x5a, 0]), Buffer.alloc(99)]), /found xz data$/],
    [gzipSync(Buffer.alloc(65 * 1024 * 1024, 'x')), /expected at most 67108864 bytes, found more$|decompression bomb/],
  ];
  for (const [bytes, expected] of cases) t.match(await inStream(bytes), [expected]);
});

t.test('a compressed file, and a FIFO', async (t) => {
  const dir = t.testdir({ 'node.json.gz': gzipSync(SNAPSHOT), 'ss_-plntu.gz': gzipSync(TEXT) });
  t.strictSame(await allOf(evidenceAt<never>(join(dir, 'node.json.gz'), '1.2.3')), OF_SNAPSHOT);
  t.match(await allOf(evidenceAt<never>(join(dir, 'ss_-plntu.gz'), '1.2.3')), [/ss_-plntu\.gz, \d\d sockets$/]);
  execFileSync('mkfifo', [join(dir, 'pipe')]);
  for await (const one of evidenceAt(join(dir, 'pipe'), '1.2.3')) {
    if (!('error' in one)) throw new Error('it was read');
    t.match(one.error, {
      problem: 'expected a regular file, found a FIFO',
      hint: /^To read from a pipe, give - as FILE/,
    });
  }
});

t.test('a snapshot under another name, in the layout of troubleshoot.sh', async (t) => {
  const dir = t.testdir({});
  const inner = join(dir, 'support-bundle-2026/host-collectors/run-host');
  mkdirSync(inner, { recursive: true });
  writeFileSync(join(inner, 'k8s-sockwatch.txt'), SNAPSHOT);
  writeFileSync(join(inner, 'k8s-sockwatch-info.json'), '{"command":"k8s-sockwatch"}');
  writeFileSync(join(inner, 'other.txt'), '{"schemaVersion": 1}');
  t.strictSame(await allOf(evidenceAt<never>(dir, '1.2.3')), OF_SNAPSHOT);
});
