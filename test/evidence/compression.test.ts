import t from 'tap';
import { refuseCompressed } from '../../src/evidence/compression.js';
import { evidenceAt } from '../../src/evidence/evidence_at.js';
import type { Evidence } from '../../src/evidence/snapshot_in.js';

t.test('unsupported formats are named with the command that decompresses them', async (t) => {
  const heads: readonly [string, string, string][] = [
    ['fd377a585a000004', 'xz', 'xz -d'],
    ['425a683931415926', 'bzip2', 'bzip2 -d'],
    ['28b52ffd04582d00', 'zstd', 'zstd -d'],
    ['504b030414000000', 'zip', 'unzip'],
  ];
  for (const [head, name, unpack] of heads) {
    t.throws(() => refuseCompressed(Buffer.from(head, 'hex'), 'bundle\n.x'), {
      code: 'ERR_INPUT',
      message: new RegExp(
        `^bundle\\\\x0a\\.x: expected a snapshot, ss text, \\.tar or \\.tar\\.gz, found ${name} data$`,
      ),
      hint: `Decompress it first, with ${unpack}.`,
    });
  }
});

t.test('accepts anything else', async (t) => {
  for (const head of ['', '{"schemaVersion": 1', 'Netid State', '\x1f\x8b\b']) {
    refuseCompressed(Buffer.from(head, 'latin1'), 'file');
    t.pass(JSON.stringify(head));
  }
});

t.test('refuses an xz-compressed sos report', async (t) => {
  const directory = t.testdir({ 'sosreport.tar.xz': Buffer.from('fd377a585a000004e6d6b446', 'hex') });
  const found: Evidence[] = [];
  for await (const one of evidenceAt(`${directory}/sosreport.tar.xz`, '1.2.3')) found.push(one);
  t.match(found, [{ error: { code: 'ERR_INPUT', message: /found xz data$/, hint: /xz -d\.$/ } }]);
});
