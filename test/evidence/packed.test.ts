import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import t, { type Test } from 'tap';
import { evidenceAt } from '../../src/evidence/evidence_at.js';
import { type Member, tarGzOf, tarOf } from './archive.js';
import { inspected, inspectionReport } from './inspected_node.js';

const REPORT = inspectionReport(inspected());
const XZ = Buffer.from([0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00, 0x00, 0x04]);

/** Names of nodes and messages of errors, from the members in an archive and, alike, in a directory. */
async function found(t: Test, members: readonly Member[]): Promise<readonly string[]> {
  const root = t.testdir({});
  const archive = join(root, 'case.tar.gz');
  writeFileSync(archive, tarGzOf(members));
  const directory = join(root, 'case');
  for (const { path, content = '' } of members) {
    mkdirSync(join(directory, dirname(path)), { recursive: true });
    writeFileSync(join(directory, path), content);
  }
  const results = await Promise.all([archive, directory].map((path) => namesAt(path)));
  const [inArchive = [], inDirectory = []] = results.map((names) => names.map((name) => name.replace(/^.*?: /, '')));
  t.strictSame(inDirectory, inArchive, 'a directory is read like an archive');
  return inArchive;
}

async function namesAt(path: string): Promise<string[]> {
  const names: string[] = [];
  for await (const one of evidenceAt(path, '1.2.3')) {
    names.push('document' in one ? `node: ${one.document.node.hostname}` : one.error.message);
  }
  return names;
}

t.test('compressed files are what they are named after', async (t) => {
  const packed = REPORT.map(({ path, content }) => ({ path: `${path}.gz`, content: gzipSync(content ?? '') }));
  t.strictSame(await found(t, packed), ['node-1']);
});

t.test('other compressed files are not unpacked', async (t) => {
  const logs = [1, 2, 3].map((at) => ({ path: `var/log/syslog.${at}.gz`, content: Buffer.from([0x1f, 0x8b, 1, 2]) }));
  t.strictSame(await found(t, [...REPORT, ...logs]), ['node-1']);
});

t.test('a cluster: the reports of several nodes in one archive', async (t) => {
  const second = inspected().set('uname.log', 'Linux node-2 6.8.0-31-generic #31-Ubuntu SMP x86_64 GNU/Linux\n');
  const reports = [
    { path: 'a/inspection-report-1.tar.gz', content: tarGzOf(REPORT) },
    { path: 'b/inspection-report-2.tar', content: tarOf(inspectionReport(second)) },
  ];
  t.strictSame((await found(t, reports)).toSorted(), ['node-1', 'node-2']);
});

t.test('an archive in an archive in an archive is refused', async (t) => {
  const root = t.testdir({});
  const inner = tarGzOf([{ path: 'inner.tar.gz', content: tarGzOf(REPORT) }]);
  const file = join(root, 'outer.tar.gz');
  writeFileSync(file, tarGzOf([{ path: 'middle.tar.gz', content: inner }]));
  t.match(await namesAt(file), [/middle\.tar\.gz:inner\.tar\.gz: expected archives one level deep/]);
});

t.test('unsupported formats are named once', async (t) => {
  const names = ['a/inspection-report-1.tar.xz', 'ss-plntu.log.xz', 'var/log/syslog.xz'];
  const members = names.map((path) => ({ path, content: XZ }));
  const messages = await found(t, [...REPORT, ...members]);
  t.equal(messages.length, 2);
  t.match(messages[0], /found xz data/);
});

t.test('broken data is an error of that file', async (t) => {
  const cut = gzipSync(inspected().get('ss-plntu.log') ?? '').subarray(0, 60);
  t.match(await found(t, [{ path: 'ss-plntu.log.gz', content: cut }]), [/truncated/]);
  const bomb = gzipSync(Buffer.alloc(80 * 1024 * 1024));
  t.match(await found(t, [{ path: 'ss-plntu.log.gz', content: bomb }]), [/at most 16777216 bytes/]);
});
