import t from 'tap';
import {
  canonicalAddress,
  hostKey,
  parseEndpoint,
  parsePort,
  parseSocketPath,
  parseTransports,
} from '../../src/spec/endpoint.js';

t.test('hosts and ports', (t) => {
  const network = (address: string, prefix: number) => ({ kind: 'network', address, prefix });
  const cases: [string, unknown, string, number][] = [
    ['localhost:9879', { kind: 'localhost' }, 'localhost', 9879],
    ['LocalHost:1', { kind: 'localhost' }, 'LocalHost', 1],
    ['127.0.0.1:2', { kind: 'localhost' }, '127.0.0.1', 2],
    ['[::1]:3', { kind: 'localhost' }, '[::1]', 3],
    ['[0:0:0:0:0:0:0:1]:3', { kind: 'localhost' }, '[0:0:0:0:0:0:0:1]', 3],
    ['default:65535', { kind: 'default' }, 'default', 65535],
    ['*:4244', { kind: 'any' }, '*', 4244],
    ['0.0.0.0:4', { kind: 'any' }, '0.0.0.0', 4],
    ['[::]:5', { kind: 'any' }, '[::]', 5],
    ['[0::0]:5', { kind: 'any' }, '[0::0]', 5],
    ['127.0.0.53:53', network('127.0.0.53', 32), '127.0.0.53', 53],
    ['[FD00:0::0001]:6400', network('fd00::1', 128), '[FD00:0::0001]', 6400],
    ['10.0.0.0/8:6400', network('10.0.0.0', 8), '10.0.0.0/8', 6400],
    ['192.0.2.7/32:1', network('192.0.2.7', 32), '192.0.2.7/32', 1],
    ['0.0.0.0/0:1', network('0.0.0.0', 0), '0.0.0.0/0', 1],
    ['[fd00::/64]:6400', network('fd00::', 64), '[fd00::/64]', 6400],
    ['[2001:db8:1::/48]:1', network('2001:db8:1::', 48), '[2001:db8:1::/48]', 1],
  ];
  for (const [text, host, hostText, port] of cases) t.strictSame(parseEndpoint(text), { host, hostText, port }, text);
  t.end();
});

t.test('not endpoints', (t) => {
  const texts = [
    ...['', ':', '*', '*:', ':1', '4244', 'localhost', 'localhost 1', 'localhost:', 'localhost: 1', 'localhost :1'],
    ...['localhost:0', 'localhost:70000', 'localhost:65536', 'localhost:-1', 'localhost:+1', 'localhost:1e3'],
    ...['localhost:0x10', 'localhost:08', 'localhost:1.5', 'localhost:１', 'localhost:1-2', 'localhost:1,2'],
    ...['localhost:1/tcp', 'localhost:1 ', 'localhost:1:2', 'local\u200bhost:1', 'eth0:1', 'node-ip:1', '<ip>:1'],
    ...['fd00::1:6400', '[fd00::1]', '[fd00::1]6400', '[fd00::1', 'fd00::1]:1', '[localhost]:1', '[127.0.0.1]:1'],
    ...['[fe80::1%eth0]:1', '[::ffff:10.0.0.1]:1', '[fd00::/129]:1', '[fd00::1/64]:1', '[fd00::]/64:1'],
    ...['10.0.0.1/8:1', '10.0.0.0/33:1', '10.0.0.0/08:1', '10.0.0.0/:1', '10.0.0.0/8/8:1', '10.0.0:1', '010.0.0.0:1'],
    ...['256.0.0.1:1', '**:1', '*.*:1', 'localhost,default:1', '::1'],
  ];
  for (const text of texts) t.equal(parseEndpoint(text), null, text);
  t.end();
});

t.test('ports are decimal', (t) => {
  t.equal(parsePort('1'), 1);
  t.equal(parsePort('65535'), 65535);
  for (const text of ['', '0', '00', '65536', '99999', '100000', ' 1', '1\n', 'x'])
    t.equal(parsePort(text), null, text);
  t.end();
});

t.test('equivalent hosts have the same key', (t) => {
  const key = (text: string): string | undefined => {
    const endpoint = parseEndpoint(text);
    return endpoint === null ? undefined : hostKey(endpoint.host);
  };
  t.equal(key('*:1'), key('[::]:2'));
  t.equal(key('[fd00:0::1]:1'), key('[fd00::1/128]:1'));
  t.not(key('10.0.0.0/8:1'), key('10.0.0.0/9:1'));
  t.end();
});

t.test('canonical addresses', (t) => {
  t.equal(canonicalAddress('2001:DB8:0:0:1:0:0:1'), '2001:db8::1:0:0:1');
  t.equal(canonicalAddress('::192.0.2.1'), '::c000:201');
  for (const text of ['', 'x', 'localhost', '1.2.3', '::ffff:1.2.3.4', 'fe80::1%1'])
    t.equal(canonicalAddress(text), null);
  t.end();
});

t.test('protocols', (t) => {
  for (const text of ['TCP', 'tcp', 'Tcp']) t.strictSame(parseTransports(text), ['tcp']);
  for (const text of ['TCP/UDP', 'udp, tcp', 'TCP & UDP', 'tcp and udp', 'TCP+UDP']) {
    t.strictSame(parseTransports(text), ['tcp', 'udp'], text);
  }
  const wrong = [
    '',
    'SCTP',
    'TCP/SCTP',
    'TCP6',
    'HTTPS',
    'T C P',
    'TCP UDP',
    'TCP/',
    'TCP/TCP',
    'TCP, TCP/UDP',
    'unix',
  ];
  for (const text of wrong) t.equal(parseTransports(text), null, text);
  t.end();
});

t.test('socket paths', (t) => {
  t.equal(parseSocketPath('unix:///run/x/y.sock'), '/run/x/y.sock');
  t.equal(parseSocketPath('UNIX:///run/@x-y_z.sock'), '/run/@x-y_z.sock');
  t.equal(parseSocketPath('/run/x'), '/run/x');
  const wrong = [
    '',
    '/',
    'run/x',
    'unix://run/x',
    'unix://@x',
    'unix:/run/x',
    '/run/',
    '/run//x',
    '/run/../x',
    '/run/.',
  ];
  for (const text of [
    ...wrong,
    '/run/x y',
    '/run/*.sock',
    '$SNAP/x',
    '/run/$X',
    '/run/<x>',
    '{{x}}',
    '/x, /y',
    'tcp:///x',
  ]) {
    t.equal(parseSocketPath(text), null, text);
  }
  t.end();
});
