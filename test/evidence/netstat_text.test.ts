import t from 'tap';
import { classifyFile, MAX_HEAD_BYTES } from '../../src/evidence/classify_file.js';
import { hasNetstatName } from '../../src/evidence/netstat_command.js';
import { mergeTables } from '../../src/evidence/ss_merge.js';
import type { SsTables } from '../../src/evidence/ss_table.js';
import { readSsText } from '../../src/evidence/ss_text.js';
import type { OwnedListener } from '../../src/kernel/owners/owner.js';
import { faultText } from '../../src/verdict/text/coverage.js';
import { netstatFixture } from './ss_fixtures.js';

const TITLE = 'Active Internet connections (only servers)';
const HEADER = 'Proto Recv-Q Send-Q Local Address           Foreign Address         State       PID/Program name    ';
const UNIX_TITLE = 'Active UNIX domain sockets (only servers)';
const UNIX_HEADER = 'Proto RefCnt Flags       Type       State         I-Node   PID/Program name     Path';

function row(local: string, program = '-', proto = 'tcp', state = 'LISTEN'): string {
  const peer = proto.endsWith('6') ? ':::*' : '0.0.0.0:*';
  const columns = [proto.padEnd(5), '     0', '     0', local.padEnd(23), peer.padEnd(23), state.padEnd(11)];
  return `${columns.join(' ')} ${program.padEnd(20)}`;
}

function unixRow(path: string, program: string, inode = 7): string {
  return `unix  2      [ ACC ]     STREAM     LISTENING     ${String(inode).padEnd(8)} ${program.padEnd(20)} ${path}`;
}

const text = (...lines: string[]): string => [TITLE, HEADER, ...lines, ''].join('\n');

function read(content: string | Buffer, name = 'text.txt'): SsTables {
  return readSsText(typeof content === 'string' ? Buffer.from(content, 'latin1') : content, 'text.txt', name);
}

const socketsIn = (tables: SsTables): OwnedListener[] => [...tables.values()].flatMap(({ sockets }) => sockets);

const placesIn = (tables: SsTables, protocol: 'tcp' | 'udp'): string[] =>
  (tables.get(protocol)?.sockets ?? [])
    .map(({ address, port, owners }) => {
      const pids = owners.map((owner) => (owner.kind === 'process' ? owner.pid : 0));
      return `${address} ${port} ${Math.min(...pids)}`;
    })
    .sort();

const wholeIn = (tables: SsTables): Record<string, string[]> =>
  Object.fromEntries([...tables].map(([protocol, { whole }]) => [protocol, [...whole].sort()]));

const faultsIn = (tables: SsTables, protocol: 'tcp' | 'udp' | 'unix' = 'tcp'): string[] =>
  (tables.get(protocol)?.faults ?? []).map(faultText);

function namesIn(tables: SsTables): Map<number | null, string | null> {
  return new Map(
    socketsIn(tables).map(({ port, owners: [owner] }) => [port, owner?.kind === 'process' ? owner.argv0 : null]),
  );
}

t.test('shows the sockets that ss shows', (t) => {
  const ss = read(netstatFixture('ss-plntu'));
  for (const name of ['W-neopa', 'plntu', 'pln']) {
    const tables = read(netstatFixture(name), name);
    for (const protocol of ['tcp', 'udp'] as const) {
      t.strictSame(placesIn(tables, protocol), placesIn(ss, protocol), `${name} ${protocol}`);
      t.strictSame(wholeIn(tables)[protocol], ['ipv4', 'ipv6']);
    }
    t.strictSame(faultsIn(tables), []);
  }
  const unix = read(netstatFixture('W-neopa')).get('unix');
  const shown = unix?.sockets.map(({ path, abstract, type }) => `${type} ${path ?? `@${abstract}`}`);
  t.match(shown?.sort(), [
    'dgram /run/odd/lab/dgram',
    /^dgram @[0-9a-f]{5}$/,
    'seqpacket /run/odd/lab/seq',
    'stream /run/containerd/containerd.sock',
    'stream /run/containerd/containerd.sock.ttrpc',
    'stream /run/odd/lab/a',
    'stream @abstract',
    'stream @snap.k8s.k8sd',
    'stream rel',
  ]);
  t.end();
});

t.test('the name of a program is what a process chose, cut', (t) => {
  const names = namesIn(read(netstatFixture('W-neopa')));
  t.equal(names.get(6443), 'kube-apiserve');
  t.equal(names.get(10248), 'kubelet');
  t.equal(names.get(7700), 'a b');
  t.equal(names.get(7701), 'kubelet\nnext', 'with a newline');
  t.equal(names.get(7711), 'two\n\nlines');
  t.equal(names.get(7702), null, 'the end of a path that was cut may be any name');
  t.equal(names.get(7703), '12/kubelet');
  t.equal(names.get(7708), 'sshd', 'a service that describes itself');
  const first = read(text(row('0.0.0.0:22', '1/init'), row('0.0.0.0:23', '9/telnetd'))).get('tcp')?.sockets;
  t.match(first, [{ owners: [], ownersUnknown: 'not-looked' }, { owners: [{ pid: 9, argv0: 'telnetd' }] }]);
  t.end();
});

t.test('a table is whole only if the text shows it', (t) => {
  const [tcp, six] = [row('127.0.0.1:10248', '9/kubelet'), row(':::10250', '9/kubelet', 'tcp6')];
  const udp = row('0.0.0.0:68', '-', 'udp', '');
  const both = ['ipv4', 'ipv6'];
  t.strictSame(wholeIn(read(text(tcp, six))), { tcp: both });
  t.strictSame(wholeIn(read(text(tcp))), { tcp: ['ipv4'] }, 'families that have sockets');
  t.strictSame(wholeIn(read(text(tcp), 'netstat_-plnt')), { tcp: both }, 'and those that the command asks for');
  t.strictSame(wholeIn(read(text(tcp, six), 'netstat-plntu')), { tcp: both }, 'UDP may have been cut off');
  t.strictSame(wholeIn(read(text(six), 'netstat-plnt6')), { tcp: ['ipv6'] });
  t.strictSame(wholeIn(read(text(tcp), 'netstat-all.txt')), { tcp: ['ipv4'] }, 'all kinds would have unix sockets');
  const all = [text(tcp, udp).trimEnd(), UNIX_TITLE, UNIX_HEADER, unixRow('/run/x', '9/x'), ''].join('\n');
  t.strictSame(wholeIn(read(all, 'netstat_-W_-neopa')), { tcp: both, udp: both, unix: ['unix'] });
  const withoutUdp = [text(tcp).trimEnd(), UNIX_TITLE, UNIX_HEADER, ''].join('\n');
  t.strictSame(wholeIn(read(withoutUdp, 'netstat_-ln')), { tcp: both, udp: both, unix: ['unix'] });

  const partial: [content: string, fault: string][] = [
    [`${HEADER}\n${tcp}\n`, 'the text has no header, so lines may be missing'],
    [`${TITLE}\n${tcp}\n`, 'the text has no header, so lines may be missing'],
    [`${tcp}\n`, 'the text has no header, so lines may be missing'],
    [text(tcp, '...', six), 'line 4 is other text, so lines may be missing there'],
    [text(tcp).trimEnd(), 'the text ends without a newline, so it may be truncated'],
    [text(tcp, 'tcp 0 0 0.0.0.0:80'), 'line 4: expected a local and a peer address'],
    [text(tcp, 'tcp 0 0 0.0.0.0:80 0.0.0.0:*'), 'line 4: expected the columns of netstat after the addresses'],
    [text(tcp, row('0.0.0.0:80', 'nginx')), 'line 4: expected the columns of netstat after the addresses'],
    [text(tcp, row('node-1:80', '9/nginx')), 'line 4: expected a local and a peer address'],
    [
      text(tcp, row('2001:db8:1:2:3:4:5::443', '-', 'tcp6')),
      'line 4: its address may be cut, as netstat does without -W',
    ],
    [`# netstat -plnt | grep kube\n${text(tcp)}`, 'the command in the text may leave out sockets'],
  ];
  for (const [content, fault] of partial) {
    const tables = read(content);
    t.strictSame(faultsIn(tables), [fault]);
    t.strictSame(wholeIn(tables)['tcp'], [], fault);
    t.ok((tables.get('tcp')?.sockets.length ?? 0) >= 1, 'what is there is read');
  }
  t.strictSame(
    faultsIn(
      read(text(tcp, row('2001:db8:1:2:3:4:5:8:443', '-', 'tcp6'), row('2001:db8:1:2:3:4:5:44:8', '-', 'tcp6'))),
    ),
    [],
    'a longer address shows -W',
  );
  t.end();
});

t.test('forms of addresses, and what else is around', (t) => {
  const addresses = (content: string) =>
    socketsIn(read(content)).map(({ address, port, v6only }) => [address, port, v6only]);
  t.strictSame(
    addresses(
      text(
        row('*:ssh', '9/sshd'),
        row('[::]:ssh', '9/sshd', 'tcp6'),
        row('localhost:10248', '9/kubelet'),
        row('127.0.0.1:81', '-', 'tcp6'),
        row(':::82'),
      ),
    ),
    [
      ['0.0.0.0', 22, null],
      ['::', 22, null],
      ['127.0.0.1', 10248, null],
      ['::ffff:127.0.0.1', 81, null],
      ['::', 82, null],
    ],
  );
  const denied =
    '(Not all processes could be identified, non-owned process info\n will not be shown, you would have to be root to see it all.)';
  const seen = read(`${denied}\n${text(row('0.0.0.0:22'), row('0.0.0.0:23', '9/x'))}`);
  t.match(seen.get('tcp'), { faults: [], sockets: [{ ownersUnknown: 'permission' }, { owners: [{ pid: 9 }] }] });
  t.equal(socketsIn(read(netstatFixture('plntu-nobody')))[0]?.ownersUnknown, 'permission');
  const connected = [row('10.0.0.1:44', '9/x', 'tcp', 'ESTABLISHED'), row('10.0.0.1:45', '9/x', 'udp', 'ESTABLISHED')];
  t.equal(socketsIn(read(text(...connected, row('0.0.0.0:22')))).length, 1);
  t.throws(() => read(text(row('0.0.0.0:22')).replace('only servers', 'w/o servers')), { code: 'ERR_INPUT' });
  t.throws(() => read(`${text(row('0.0.0.0:22', '9/a'))}${text(row('0.0.0.0:23', '9/a'))}`), { code: 'ERR_INPUT' });
  t.end();
});

t.test('names of unix sockets forge neither owners nor other sockets', (t) => {
  const unix = (...lines: string[]) => read([UNIX_TITLE, UNIX_HEADER, ...lines, ''].join('\n'));
  const twice = unix(
    unixRow('/run/mine', '66/x', 8),
    unixRow('/run/containerd/containerd.sock', '9/containerd', 9),
    unixRow('/run/a', '9/containerd', 9),
  );
  t.strictSame(
    socketsIn(twice).map(({ path }) => path),
    ['/run/mine'],
    'two lines about one socket contradict each other',
  );
  t.strictSame(twice.get('unix')?.whole, new Set());
  t.match(socketsIn(unix(unixRow('/run/x.sock', '9/a b'))), [{ path: '/run/x.sock', owners: [{ argv0: 'a b' }] }]);
  t.end();
});

t.test('is merged with ss text, which says more of each socket', (t) => {
  const merged = mergeTables([read(netstatFixture('W-neopa')), read(netstatFixture('ss-plntu'))]);
  t.strictSame(placesIn(merged, 'tcp'), placesIn(read(netstatFixture('ss-plntu')), 'tcp'));
  const socket = merged.get('tcp')?.sockets.find(({ port }) => port === 6443);
  t.match(socket, { v6only: false, owners: [{ comm: 'kube-apiserver' }] });
  t.equal(merged.get('unix')?.sockets.length, 9);
  t.end();
});

t.test('is told by content and by name', (t) => {
  const kindOf = (name: string, path = name) => classifyFile(path, netstatFixture(name).subarray(0, MAX_HEAD_BYTES));
  for (const name of ['W-neopa', 'plntu', 'ln', 'plntu-nobody']) t.equal(kindOf(name, 'any.txt'), 'ss', name);
  for (const name of ['s', 'agn', 'rn', 'i']) {
    t.equal(kindOf(name, `sos_commands/networking/netstat_-${name}`), null, name);
    t.throws(() => read(netstatFixture(name)), {
      message: /found (?:statistics|multicast groups|routes|interfaces) \(netstat/,
    });
  }
  for (const name of ['netstat', 'netstat.log', 'netstat_-W_-neopa', 'netstat -plntu', 'netstat-tulpn.txt']) {
    t.ok(hasNetstatName(`a/${name}`), name);
  }
  for (const name of ['netstat_-s', 'netstat_-agn', 'netstat_-rn', 'netstat_-i', 'netstat_-ni', 'netstat_exporter']) {
    t.notOk(hasNetstatName(`a/${name}`), name);
  }
  t.end();
});
