import t from 'tap';
import { failure, fixtureText, parseText } from './helpers.js';

const page = fixtureText('pages/plain.md');

t.test('refuses listeners that are only mentioned in text', (t) => {
  const cases: [string, string][] = [
    ['- localhost:9999: cilium-agent (TCP)', '"localhost:9999"'],
    ['The newest listens on `default:1234`.', '"default:1234"'],
    ['**\\*:4321** is one, too', '"*:4321"'],
    ['10.0.0.0/8:80 and so on', '"10.0.0.0/8:80"'],
    ['see [fd00::1]:80', '"[fd00::1]:80"'],
    ['also at localhost:2379, for etcd', '"localhost:2379"'],
    ['* 9345/TCP new-service', '"9345/TCP"'],
    ['or unix:///run/other/containerd.sock.', '"unix:///run/other/containerd.sock"'],
    ['## Another, localhost:7', '"localhost:7"'],
    ['and port 9345, too', '"9345"'],
    ['9100: node-exporter', '"9100"'],
    ['on /run/other/containerd.sock too', '"/run/other/containerd.sock"'],
    ['- the known 10248', '"10248"'],
    ['> 10248/tcp', '"10248/tcp"'],
  ];
  for (const [line, found] of cases) {
    const error = failure(() => parseText(`${page}\n${line}\n\nText.\n`));
    t.equal(error.message, `p.md:33: expected all listeners in tables, found ${found} in the text`);
    t.equal(error.hint, 'If a service listens there, add it to a table; otherwise rephrase the text.');
  }
  const code = failure(() => parseText(`${page}\n\`\`\`\n  localhost:9 TCP x\n\`\`\`\n`));
  t.equal(code.message, 'p.md:34: expected all listeners in tables, found "localhost:9" in the text');
  t.end();
});

t.test('accepts mentions of listed listeners', (t) => {
  const lines = [
    'kubelet answers at `localhost:10248`, also written 127.0.0.1:10248/healthz and 10248/tcp.',
    'The API is at *:6443, that is on localhost:6443 and 192.0.2.1:6443 as well; 8472/udp is for VXLAN.',
    'unix:///run/containerd/containerd.sock is a socket: unix:///run/containerd/containerd.sock.',
    'http://localhost:1 and https://user@localhost:2/ are URLs, a.localhost:3 is another name, 1.2.3/4:5 nothing.',
    '```\ncurl -k localhost:10248/healthz # and https://localhost:99\n```',
    'Neither 3, 1:2, 64-bit, 30 seconds, 99%, RFC 7348, 1.32.15, 2025-11-03 nor #1234 are ports; 10248 is one.',
  ];
  for (const line of lines) t.equal(parseText(`${page}\n${line}\n`).rows.length, 7, line);
  t.end();
});
