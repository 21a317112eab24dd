import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import t, { type Test } from 'tap';
import { evidenceAt } from '../../src/evidence/evidence_at.js';
import type { SnapshotDocument } from '../../src/snapshot/document/document.js';
import { reevaluate } from '../../src/snapshot/reevaluate.js';
import { builtinSpec } from '../../src/spec/builtin.js';

/* Texts as people send them, and the verdicts that they carry. */

const BARE = 'State  Recv-Q Send-Q Local Address:Port  Peer Address:Port Process\n';
const NETID = 'Netid State  Recv-Q Send-Q Local Address:Port  Peer Address:Port Process\n';

interface Answer {
  readonly name: string;
  readonly document: SnapshotDocument;
  /** `verdict port/protocol` of rows with a verdict other than `not-applicable`, without those on the default interface. */
  readonly verdicts: readonly string[];
}

/** The answers for files in a directory, as `check` gives them for a control plane; the messages of errors. */
async function answers(t: Test, files: Readonly<Record<string, string>>): Promise<(Answer | string)[]> {
  const directory = t.testdir({});
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(directory, path)), { recursive: true });
    await writeFile(join(directory, path), text, 'latin1');
  }
  const all: (Answer | string)[] = [];
  for await (const one of evidenceAt(directory, '1.2.3')) {
    if ('error' in one) {
      all.push(one.error.message.replaceAll(`${directory}/`, ''));
      continue;
    }
    const document = reevaluate(one.document, { spec: builtinSpec(), role: 'control-plane' });
    const verdicts = document.findings.flatMap(({ verdict, expected }) =>
      expected === null || expected.host === 'default' || verdict === 'not-applicable'
        ? []
        : [`${verdict} ${expected.path ?? `${expected.port}/${expected.protocol}`}`],
    );
    all.push({ name: document.node.hostname.replaceAll(`${directory}/`, ''), document, verdicts });
  }
  return all;
}

async function answer(t: Test, text: string): Promise<Answer> {
  const [one, ...others] = await answers(t, { 'text.txt': text });
  if (one === undefined || typeof one === 'string' || others.length > 0) throw new Error(`no answer: ${one}`);
  return one;
}

const withVerdict = ({ verdicts }: Answer, verdict: string): string[] =>
  verdicts.filter((one) => one.startsWith(`${verdict} `)).map((one) => one.slice(verdict.length + 1));

t.test('lines that grep selected', async (t) => {
  const text = await answer(
    t,
    'tcp   LISTEN 0      4096         192.0.2.15:6443         0.0.0.0:*    users:(("kube-apiserver",pid=6000,fd=3))\n' +
      'tcp   LISTEN 0      4096          127.0.0.1:10248        0.0.0.0:*    users:(("kubelet",pid=6001,fd=6)) \n',
  );
  t.strictSame(withVerdict(text, 'missing'), [], 'what is absent may have been left out');
  t.strictSame(withVerdict(text, 'ok'), ['10248/tcp'], 'what is there is judged');
});

t.test('a bound TCP socket (iproute2 6.15)', async (t) => {
  const text = await answer(
    t,
    `${BARE}LISTEN 0      128        127.0.0.1:10248      0.0.0.0:*    users:(("kubelet",pid=100,fd=3))\n` +
      'UNCONN 0      0          127.0.0.1:8472       0.0.0.0:*    users:(("kube-proxy",pid=101,fd=3))\n' +
      'LISTEN 0      128                *:10250            *:*    users:(("kubelet",pid=100,fd=4))\n',
  );
  t.strictSame(withVerdict(text, 'ok'), ['10248/tcp', '10250/tcp']);
  t.ok(withVerdict(text, 'unverified').includes('8472/udp'), 'the text says nothing of UDP');
  t.ok(withVerdict(text, 'missing').includes('10257/tcp'), 'the header shows the whole table of TCP');
});

t.test('lines that are partly indented, or marked', async (t) => {
  for (const mark of ['    ', '\t', '> ', '  > ', '\xc2\xa0 ', '\x1b[1m']) {
    const text = await answer(
      t,
      'LISTEN 0      4096       127.0.0.1:10248      0.0.0.0:*    users:(("kubelet",pid=709,fd=30))\n' +
        `${mark}LISTEN 0      4096               *:10250            *:*    users:(("intruder",pid=666,fd=32))\n` +
        `${mark}LISTEN 0      4096               *:6443             *:*    users:(("kube-apiserver",pid=555,fd=7))\n`,
    );
    t.strictSame(withVerdict(text, 'ok').sort(), ['10248/tcp', '6443/tcp'], JSON.stringify(mark));
    t.strictSame(withVerdict(text, 'wrong-owner'), ['10250/tcp'], JSON.stringify(mark));
    t.strictSame(withVerdict(text, 'missing'), []);
  }
  for (const mark of ['# ', '// ', '- ', '+', 'cp-1: ', 'ss.txt:']) {
    const text = await answer(
      t,
      `${BARE}LISTEN 0      4096       127.0.0.1:10248      0.0.0.0:*    users:(("kubelet",pid=709,fd=30))\n` +
        `${mark}LISTEN 0      4096               *:10250            *:*    users:(("intruder",pid=666,fd=32))\n`,
    );
    t.strictSame(withVerdict(text, 'ok'), ['10248/tcp'], `${mark}: not glued to the line above`);
    t.strictSame(withVerdict(text, 'missing'), []);
    const tcp = text.document.coverage.sources.find(({ name }) => name === 'tcp');
    t.match(tcp?.errors, [{ code: 'ss-text-before-row', params: { line: 3 } }], `${mark}: reported`);
  }
});

t.test('the text of each address family', async (t) => {
  const files = {
    sstunlp4: `${NETID}udp   UNCONN 0      0            0.0.0.0:8472       0.0.0.0:*\ntcp   LISTEN 0      4096       127.0.0.1:10248      0.0.0.0:*    users:(("kubelet",pid=709,fd=30))\n`,
    sstunlp6: `${NETID}udp   UNCONN 0      0               [::]:8472          [::]:*\ntcp   LISTEN 0      4096               *:10250            *:*    users:(("kubelet",pid=709,fd=32))\n`,
  };
  const [one, ...others] = await answers(t, files);
  t.strictSame(others, [], 'one node');
  if (one === undefined || typeof one === 'string') throw new Error('no answer');
  t.strictSame(withVerdict(one, 'ok'), ['10248/tcp', '10250/tcp']);
  t.ok(withVerdict(one, 'missing').includes('6443/tcp'), 'both together are whole');
  t.equal(new Set(one.document.sockets.map(({ id }) => id)).size, 4, 'every socket has an ID of its own');
  const [four] = await answers(t, { sstunlp4: files.sstunlp4 });
  t.strictSame(typeof four === 'object' && withVerdict(four, 'missing'), [], 'one alone is not');
});

t.test('texts of one node, and of two', async (t) => {
  const row = (port: number, pid: number | null) =>
    `LISTEN 0 9 *:${port} *:*${pid === null ? '' : ` users:(("kubelet",pid=${pid},fd=3))`}\nLISTEN 0 9 127.0.0.1:${port} 0.0.0.0:*\n`;
  const names = async (files: Record<string, string>) =>
    (await answers(t, files)).map((one) =>
      typeof one === 'string' ? one : `${one.name}: ${one.document.sockets.length}`,
    );
  const udp = `${BARE}UNCONN 0 0 0.0.0.0:8472 0.0.0.0:*\nUNCONN 0 0 [::]:8472 [::]:*\n`;
  t.match(await names({ 'n/ss_-lnt': BARE + row(1, null), 'n/ss_-plnt': BARE + row(1, 7), 'n/ss_-lnu': udp }), [
    'n: 4',
  ]);
  t.strictSame(
    await names({ 'n/cp-1.txt': BARE + row(1, 7), 'n/cp-2.txt': BARE + row(1, 8) }),
    ['n/cp-1.txt: 2', 'n/cp-2.txt: 2'],
    'the same address, held by different processes',
  );
  t.strictSame(
    await names({ 'n/cp-1.txt': BARE + row(1, null), 'n/cp-2.txt': BARE + row(2, null), 'n/hostname': 'admin' }),
    ['n/cp-1.txt: 2', 'n/cp-2.txt: 2'],
    'each has sockets that the other lacks; the name beside them is of neither',
  );
  t.strictSame(
    await names({
      'n/ss_-plnt': BARE + row(1, 7) + row(2, 9) + row(3, 9),
      'n/ss_-plntu': BARE + row(1, 8) + row(2, 9) + row(3, 9),
    }),
    ['n: 7'],
    'a restart between two runs on one node',
  );
});

t.test('the users of old versions', async (t) => {
  const text = await answer(
    t,
    'State      Recv-Q Send-Q        Local Address:Port          Peer Address:Port \n' +
      'LISTEN     0      128               127.0.0.1:10248                   *:*      users:(("kubelet",905,12))\n' +
      'LISTEN     0      128                      :::10250                  :::*      users:(("kubelet",905,14))\n' +
      'ESTAB      0      0                 192.0.2.15:22             192.0.2.2:1060   users:(("sshd",1933,3),("sshd",1864,3))\n',
  );
  t.strictSame(withVerdict(text, 'ok'), ['10248/tcp']);
  t.match(text.document.sockets, [
    { address: '127.0.0.1', owners: [{ comm: 'kubelet', pid: 905, fd: 12 }] },
    { address: '::', owners: [{ comm: 'kubelet', pid: 905, fd: 14 }] },
  ]);
});

t.test('a byte order mark before the first line', async (t) => {
  const text = await answer(t, '\xef\xbb\xbfLISTEN 0 9 127.0.0.1:10248 0.0.0.0:* users:(("kubelet",pid=9,fd=18))\n');
  t.strictSame(withVerdict(text, 'ok'), ['10248/tcp']);
});

t.test('sockets of the kernel', async (t) => {
  const text = await answer(
    t,
    `${NETID}udp   UNCONN 0      0            0.0.0.0:8472       0.0.0.0:*\n` +
      'tcp   LISTEN 0      64           0.0.0.0:2049       0.0.0.0:*\n' +
      'tcp   LISTEN 0      128        127.0.0.1:10248      0.0.0.0:*    users:(("kubelet",pid=100,fd=3))\n',
  );
  const { sockets, findings } = text.document;
  t.strictSame(
    sockets.map(({ port, ownersUnknown }) => [port, ownersUnknown]),
    [
      [2049, 'not-found'],
      [10248, null],
      [8472, 'not-found'],
    ],
  );
  t.notMatch(findings.map(({ message, reason }) => `${message} ${reason}`).join('\n'), /permission/);
});
