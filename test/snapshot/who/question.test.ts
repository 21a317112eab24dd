import t from 'tap';
import { SockwatchError } from '../../../src/base/errors.js';
import { overlaps } from '../../../src/snapshot/who/overlap.js';
import { parseQuestion, wantedSocket } from '../../../src/snapshot/who/question.js';
import { listener } from '../../verdict/factory.js';

t.test('what can be asked for', (t) => {
  const none = { address: null, port: null, path: null, abstract: null };
  const cases: [what: string, question: object][] = [
    ['10250', { protocol: 'tcp', port: 10250 }],
    ['10250/TCP', { protocol: 'tcp', port: 10250 }],
    ['*:10250', { protocol: 'tcp', port: 10250 }],
    [':10250', { protocol: 'tcp', port: 10250 }],
    ['8472/udp', { protocol: 'udp', port: 8472 }],
    ['192.0.2.10:2379', { protocol: 'tcp', address: '192.0.2.10', port: 2379 }],
    ['0.0.0.0:53/udp', { protocol: 'udp', address: '0.0.0.0', port: 53 }],
    ['[::1]:9890', { protocol: 'tcp', address: '::1', port: 9890 }],
    ['[0:0::0:1]:9890', { protocol: 'tcp', address: '::1', port: 9890 }],
    ['[::ffff:127.0.0.1]:22', { protocol: 'tcp', address: '127.0.0.1', port: 22 }],
    ['/run/a b.sock', { protocol: 'unix', path: '/run/a b.sock' }],
    ['unix:///run/x.sock', { protocol: 'unix', path: '/run/x.sock' }],
    ['@snap.k8s.k8sd', { protocol: 'unix', abstract: 'snap.k8s.k8sd' }],
  ];
  for (const [what, question] of cases) t.strictSame(parseQuestion(what), { what, ...none, ...question }, what);
  t.end();
});

t.test('errors, each on one line', (t) => {
  const cases: [what: string, message: string][] = [
    ['', '"": a port is a number from 1 to 65535, not ""'],
    ['@', '"@": a port is a number from 1 to 65535, not "@"'],
    ['kubelet', '"kubelet": names are not looked up; the abstract socket of that name is @kubelet'],
    ['tcp/10250', '"tcp/10250": the protocol comes last: 10250/tcp'],
    ['UDP/8472', '"UDP/8472": the protocol comes last: 8472/udp'],
    [
      '[fe80::1%eth0]:10250',
      '"[fe80::1%eth0]:10250": ask without %eth0, which is about all interfaces: [fe80::1]:10250',
    ],
    ['0', '"0": a port is a number from 1 to 65535, not "0"'],
    ['65536', '"65536": a port is a number from 1 to 65535, not "65536"'],
    ['127.0.0.1', '"127.0.0.1": an address needs a port, as in 192.0.2.10:2379'],
    ['::1', '"::1": an IPv6 address is in brackets, as in [::1]:9890'],
    ['[::1]', '"[::1]": an address needs a port, as in 192.0.2.10:2379'],
    ['./x.sock', '"./x.sock": the path of a socket is absolute'],
    ['9'.repeat(5000), `"${'9'.repeat(60)}…": a port is a number from 1 to 65535, not "${'9'.repeat(60)}…"`],
    ['22/sctp', '"22/sctp": the protocol is tcp or udp, not "sctp"'],
    ['::1:22', '"::1:22": an IPv6 address is in brackets, as in [::1]:9890'],
    ['localhost:22', '"localhost:22": names are not looked up: localhost is 127.0.0.1 and [::1]'],
    ['node-1:22', '"node-1:22": "node-1" is no address (names are not looked up)'],
    ['1\nb', '"1\\nb": a port is a number from 1 to 65535, not "1\\nb"'],
  ];
  for (const [what, message] of cases) {
    const thrown = t.throws(() => parseQuestion(what), SockwatchError);
    if (thrown instanceof SockwatchError) t.match(thrown, { code: 'ERR_USAGE', message }, message);
  }
  t.end();
});

t.test('a port alone is in use by a socket on any address', (t) => {
  const isInUse = (what: string, ...present: Parameters<typeof listener>) =>
    overlaps(listener(...present), wantedSocket(parseQuestion(what)));
  const v6 = { family: 'ipv6', v6only: true } as const;
  t.ok(isInUse('80', '127.0.0.1', 80));
  t.ok(isInUse('80', '::1', 80, v6));
  t.ok(isInUse('80', '::', 80, v6));
  t.ok(isInUse('127.0.0.1:80', '0.0.0.0', 80));
  t.notOk(isInUse('127.0.0.1:80', '::', 80, v6));
  t.notOk(isInUse('0.0.0.0:80', '::1', 80, v6));
  t.end();
});
