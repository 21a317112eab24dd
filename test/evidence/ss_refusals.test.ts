import t from 'tap';
import { SockwatchError } from '../../src/base/errors.js';
import type { SsTables } from '../../src/evidence/ss_table.js';
import { readSsText } from '../../src/evidence/ss_text.js';
import { readSnapshot } from '../../src/snapshot/document/read_snapshot.js';
import { ssFixture } from './ss_fixtures.js';

function read(text: string): SsTables {
  return readSsText(Buffer.from(text, 'latin1'), 'ss.txt');
}

function refusal(text: string): string {
  try {
    read(text);
  } catch (error) {
    if (error instanceof SockwatchError && error.code === 'ERR_INPUT') return error.message;
    throw error;
  }
  throw new Error('it was read');
}

t.test('refuses text that is not ss output or has no listener', (t) => {
  const header = 'State  Recv-Q Send-Q Local Address:Port  Peer Address:Port Process\n';
  const cases: [text: string, found: string][] = [
    ['', 'an empty file'],
    ['\n \n', 'an empty file'],
    [header, 'only its header'],
    [`Netid ${header}`, 'only its header'],
    ['ss: command not found\n', 'other text'],
    ['sshd 1 root 3u IPv4 12345 0t0 TCP *:22 (LISTEN)\n', 'output of lsof'],
    [
      'tcp 0.0.0.0:22 users:(("sshd",pid=1,fd=3))\n',
      'lines of ss without State, Recv-Q, Send-Q and both addresses at their beginning',
    ],
    [
      '# LISTEN 0 5 *:22 *:*\ncp-1: LISTEN 0 5 *:22 *:*\n',
      'none that can be read: line 1: other text is before the columns of ss; line 2: other text is before the columns of ss',
    ],
    [
      'LISTEN 0 5 *:22 *:* users:(("kube-apiserver-x",pid=1,fd=3))\n',
      'none that can be read: line 1: expected users:(("name",pid=N,fd=N))',
    ],
    ['UNCONN 0 5 *:22 *:*\n', 'none that can be read: line 1: without Netid, it may be TCP, UDP or raw'],
    [ssFixture('s').toString('latin1'), 'a summary (ss -s)'],
    [ssFixture('tn').toString('latin1'), 'none'],
    ['nl UNCONN 0 0 0:0 *\n', 'none'],
    ['\0\xff\0', 'other text'],
  ];
  for (const [text, found] of cases) {
    t.equal(refusal(text), `ss.txt: expected ss or netstat output with a listening socket, found ${found}`);
  }
  t.end();
});

t.test('an empty file gets the same advice as an empty snapshot', (t) => {
  for (const readEmpty of [() => read('\n'), () => readSnapshot('\n', 'node.json')]) {
    try {
      readEmpty();
      t.fail('it was read');
    } catch (error) {
      t.match(error, { hint: 'The command that should have written it failed, or has not finished.' });
    }
  }
  t.end();
});

t.test('large texts are parsed or refused in time', (t) => {
  const run = 1_000_000;
  const texts = [
    `u_str LISTEN 0 5 ${' '.repeat(run)}\n`,
    `u_str LISTEN 0 5 x${' 1 '.repeat(run)}\n`,
    `u_str LISTEN 0 5 x${' 1 *'.repeat(run)} 1\n`,
    `u_str LISTEN 0 5 x 1${' '.repeat(run)}* 0\n`,
    `tcp LISTEN 0 5 ${'x'.repeat(run)}\n`,
    `tcp LISTEN ${'9'.repeat(run)}\n`,
    `tcp LISTEN 0 5 1.2.3.4:1 0.0.0.0:* users:((${'("x",pid=1,fd=2),'.repeat(run / 20)}\n`,
    `tcp LISTEN 0 5 1.2.3.4:1 0.0.0.0:* users:(${'",pid=1,fd=2)'.repeat(run / 20)},fd=1))\n`,
    `tcp LISTEN 0 5 1.2.3.4:1 0.0.0.0:*\n${'x\n'.repeat(run / 4)}`,
  ];
  for (const text of texts) {
    const start = performance.now();
    try {
      read(text);
    } catch (error) {
      if (!(error instanceof SockwatchError)) throw error;
    }
    t.ok(performance.now() - start < 5000, text.slice(0, 40));
  }
  t.match(refusal('\n'.repeat(run)), 'ss.txt: expected at most 500000 lines of ss output, found more');
  const many = 'tcp LISTEN 0 5 1.2.3.4:1 0.0.0.0:*\n'.repeat(20_001);
  t.match(refusal(many), 'ss.txt: expected at most 20000 listening sockets, found more');
  t.match(refusal(' '.repeat(17 * 1024 * 1024)), 'ss.txt: expected at most 16777216 bytes of ss output, found more');
  t.end();
});
