import t from 'tap';
import { FAMILIES, type SsTables } from '../../src/evidence/ss_table.js';
import { readSsText } from '../../src/evidence/ss_text.js';
import type { OwnedListener } from '../../src/kernel/owners/owner.js';
import type { Protocol } from '../../src/kernel/sockets/listener.js';
import { faultsText } from '../../src/verdict/text/coverage.js';
import { factsBesideIt, ssFixture } from './ss_fixtures.js';

const FACTS = factsBesideIt();
const ALL: readonly Protocol[] = ['tcp', 'udp', 'unix'];
/** ss 6.1 stops reading a name at a `)` in `/proc/PID/stat`. */
const CUT = /\).*$/s;
const HEADER = 'Netid State Recv-Q Send-Q Local Address:Port Peer Address:Port Process\n';

interface Shown {
  readonly what: string;
  readonly v6only: boolean | null;
  readonly owners: readonly string[];
}

/** The facts of a listener that an ss text contains. */
function shown({ protocol, type, address, port, device, path, abstract, v6only, owners }: OwnedListener): Shown {
  return {
    what: [protocol, type, address, port, device, path, abstract].join(' '),
    v6only,
    owners: owners
      .flatMap((owner) => (owner.kind === 'process' ? [`${owner.pid} ${owner.comm?.replace(CUT, '')}`] : []))
      .sort(),
  };
}

function sorted(all: readonly Shown[]): Shown[] {
  return all.toSorted((a, b) => (a.what < b.what ? -1 : a.what > b.what ? 1 : 0));
}

/** The facts in a text without details: `*` is dual-stack, any other address has an unknown v6only. */
function facts(protocols: readonly Protocol[], changes: { withDetails?: boolean; withoutOwners?: boolean }): Shown[] {
  const all = FACTS.sockets.filter(({ protocol }) => protocols.includes(protocol)).map(shown);
  return sorted(
    all.map((one) => ({
      ...one,
      v6only: changes.withDetails === true || one.v6only === false ? one.v6only : null,
      owners: changes.withoutOwners === true ? [] : [...new Set(one.owners)],
    })),
  );
}

function seen(text: SsTables): Shown[] {
  const all = [...text.values()].flatMap(({ sockets }) => sockets.map(shown));
  return sorted(all.map((one) => ({ ...one, owners: [...new Set(one.owners)] })));
}

function read(text: string): SsTables {
  return readSsText(Buffer.from(text, 'latin1'), 'ss.txt');
}

function only(text: string): OwnedListener {
  const all = [...read(text).values()].flatMap(({ sockets }) => sockets);
  const [first] = all;
  if (first === undefined || all.length !== 1) throw new Error(`${all.length} sockets`);
  return first;
}

t.test('ss output with various options', (t) => {
  const inet: readonly Protocol[] = ['tcp', 'udp'];
  const cases: [form: string, protocols: readonly Protocol[], changes: Parameters<typeof facts>[1]][] = [
    ['plnt', ['tcp'], {}],
    ['plnu', ['udp'], {}],
    ['plnx', ['unix'], {}],
    ['plntu', inet, {}],
    ['tulpn', inet, {}],
    ['Hplntu', inet, {}],
    ['pltu', inet, {}],
    ['plntu-80-columns', inet, {}],
    ['pln', ALL, {}],
    ['lntu', inet, { withoutOwners: true }],
    ['plntu-nobody', inet, { withoutOwners: true }],
    ['plntue', inet, { withDetails: true }],
    ['peaonmi', ALL, { withDetails: true }],
  ];
  for (const [form, protocols, changes] of cases) {
    const text = readSsText(ssFixture(form), form);
    t.strictSame([...text.keys()].sort(), [...protocols].sort(), `${form}: no other table`);
    t.strictSame(seen(text), facts(protocols, changes), form);
    const expected = form === 'Hplntu' ? [{ code: 'ss-no-header', params: {} }] : [];
    for (const [protocol, { faults, whole }] of text) {
      t.strictSame(faults, expected, `${form}: ${protocol}`);
      t.strictSame([...whole], expected.length > 0 ? [] : FAMILIES[protocol], `${form}: ${protocol} is whole`);
    }
  }
  t.end();
});

t.test('inodes of unix sockets, and the details of -e', (t) => {
  const inodes = (sockets: readonly OwnedListener[]) => sockets.map(({ inode }) => inode).sort();
  const unix = FACTS.sockets.filter(({ protocol }) => protocol === 'unix');
  t.strictSame(inodes(read(ssFixture('pln').toString('latin1')).get('unix')?.sockets ?? []), inodes(unix));
  const tcp = (sockets: readonly OwnedListener[]) =>
    sockets
      .filter(({ protocol }) => protocol === 'tcp')
      .map(({ inode, cookie, uid, backlog }) => ({ inode, cookie, uid, max: backlog?.max }))
      .sort((a, b) => a.inode - b.inode);
  t.strictSame(tcp(readSsText(ssFixture('plntue'), 'x').get('tcp')?.sockets ?? []), tcp(FACTS.sockets));
  const [plain] = readSsText(ssFixture('plnt'), 'x').get('tcp')?.sockets ?? [];
  t.match(plain, { inode: 0, cookie: null, uid: null, id: /^tcp:line\d+$/ });
  t.end();
});

t.test('a socket without a process', (t) => {
  const reasons = (form: string, name: string): ReadonlySet<unknown> => {
    const all = [...readSsText(ssFixture(form), name).values()].flatMap(({ sockets }) => sockets);
    return new Set(all.flatMap(({ owners, ownersUnknown }) => (owners.length > 0 ? [] : [ownersUnknown])));
  };
  t.strictSame(reasons('lntu', 'x'), new Set(['not-looked']), 'ss ran without -p, for all that is known');
  t.strictSame(reasons('lntu', 'ss_-lntu'), new Set(['not-looked']));
  t.strictSame(reasons('plntu-nobody', 'ss_-plntu'), new Set(['permission']), 'it ran with -p, and saw nothing');
  t.strictSame(reasons('plntu', 'x'), new Set(['not-found']), 'it saw others');
  const bare = 'State Recv-Q Send-Q Local Address:Port Peer Address:Port Process\n';
  const kernel = readSsText(Buffer.from(`${bare}UNCONN 0 0 0.0.0.0:8472 0.0.0.0:*\n`), 'x', 'ss_-plnu').get('udp');
  t.match(kernel?.sockets, [{ ownersUnknown: 'not-found' }], 'the only socket may be the one of the kernel');
  const session = `# ss -plnt\n${bare}LISTEN 0 9 *:1 *:* users:(("a",pid=1,fd=2))\n# ss -plnu\n${bare}UNCONN 0 0 *:8472 *:*\n`;
  t.match(read(session).get('udp')?.sockets, [{ ownersUnknown: 'not-found' }], 'another run saw processes');
  const udp = readSsText(ssFixture('plntu'), 'plntu').get('udp')?.sockets ?? [];
  const tunnel = udp.filter(({ owners }) => owners.length === 0);
  t.strictSame(new Set(tunnel.map(({ port }) => port)), new Set([8472]), 'the VXLAN socket of the kernel');
  t.end();
});

t.test('addresses', (t) => {
  const cases: [text: string, expected: Partial<OwnedListener>][] = [
    ['0.0.0.0:22 0.0.0.0:*', { address: '0.0.0.0', family: 'ipv4', v6only: null, port: 22, device: null }],
    ['*:6443 *:*', { address: '::', family: 'ipv6', v6only: false, port: 6443 }],
    ['[::]:22 [::]:*', { address: '::', family: 'ipv6', v6only: null }],
    ['[::ffff:127.0.0.1]:80 [::]:*', { address: '::ffff:127.0.0.1', family: 'ipv6' }],
    ['127.0.0.53%lo:53 0.0.0.0:*', { address: '127.0.0.53', device: 'lo', port: 53 }],
    ['*%eth0:68 *:*', { address: '::', device: 'eth0', port: 68 }],
    ['[fe80::1]%eth0:546 [::]:*', { address: 'fe80::1', device: 'eth0', port: 546 }],
    ['[fe80::1%eth0]:546 [::]:*', { address: 'fe80::1', device: 'eth0', port: 546 }],
    ['[::]%br-1:d:9 [::]:*', { address: '::', device: 'br-1:d', port: 9 }],
    ['127.0.0.1:domain 0.0.0.0:*', { port: 53 }],
    ['0.0.0.0:ssh 0.0.0.0:*', { port: 22 }],
    // Before 4.15: no brackets, and `*` is IPv4.
    [':::22 :::*', { address: '::', family: 'ipv6', v6only: null, port: 22 }],
    ['::1:25 :::*', { address: '::1', port: 25 }],
    ['127.0.0.1:25 *:*', { address: '127.0.0.1', port: 25 }],
  ];
  for (const [text, expected] of cases) t.match(only(`LISTEN 0 128 ${text}\n`), { protocol: 'tcp', ...expected }, text);
  const old = read('LISTEN 0 128 *:22 *:* users:(("sshd",pid=1,fd=3))\nLISTEN 0 128 127.0.0.1:25 *:*\n');
  t.match(old.get('tcp')?.sockets[0], { address: '0.0.0.0', family: 'ipv4' }, 'as other rows show');
  t.end();
});

t.test('rows with continuation lines', (t) => {
  const wrapped = [
    'State      Recv-Q Send-Q Local Address:Port               Peer Address:Port',
    'LISTEN     0      128                                        *:10250',
    '                                                             *:*',
    ' users:(("kubelet",pid=812,fd=27))',
    'LISTEN     0',
    '           4096       127.0.0.1:10248                  0.0.0.0:*',
    'users:(("kubelet",pid=812,fd=28))',
    '\t skmem:(r0,rb87380) cubic',
    '',
  ];
  for (const end of ['\n', '\r\n']) {
    const text = read(wrapped.join(end));
    t.match(text.get('tcp')?.sockets, [
      {
        port: 10250,
        address: '::',
        owners: [{ comm: 'kubelet', pid: 812, fd: 27 }],
        backlog: { current: 0, max: 128 },
      },
      { port: 10248, address: '127.0.0.1', owners: [{ fd: 28 }], backlog: { max: 4096 } },
    ]);
    const codes = text.get('tcp')?.faults.map(({ code }) => code);
    // Two versions of ss, so the columns are not those of one run.
    t.strictSame(codes, [], 'every line belongs to a row');
  }
  t.end();
});

t.test('process names that look like other columns', (t) => {
  const names = [
    'a"b',
    'a,b',
    '",pid=1,fd=2)',
    '("x",pid=1',
    '),("',
    '"',
    '',
    ' ',
    'a)),b((',
    'x\ny',
    '\\"',
    'users:((',
    ',fd=9))',
  ];
  for (const name of names) {
    const text = `LISTEN 0 5 127.0.0.1:1 0.0.0.0:* users:(("${name}",pid=10,fd=3),("b",pid=11,fd=4),("${name}",pid=12,fd=5))\n`;
    const { owners } = only(text);
    t.match(
      owners,
      [
        { comm: name, pid: 10, fd: 3 },
        { comm: 'b', pid: 11 },
        { comm: name, pid: 12, fd: 5 },
      ],
      name,
    );
    t.equal(owners.length, 3);
  }
  const bytes = only('LISTEN 0 5 127.0.0.1:1 0.0.0.0:* users:(("a\xff",pid=10,fd=3))\n');
  t.match(bytes.owners, [{ comm: 'a\\xff', commRaw: 'Yf8=' }], 'bytes that are not UTF-8');
  t.match(
    only('LISTEN 0 5 1.2.3.4:1 0.0.0.0:* users:(("a",pid=1,tid=7,proc_ctx=unconfined,fd=3,sock_ctx=x))\n').owners,
    [{ comm: 'a', pid: 1, fd: 3 }],
  );
  t.end();
});

t.test('unix names that look like rows', (t) => {
  const name = '/x 1 * 0 users:(("containerd",pid=1,fd=2))';
  t.match(only(`u_str LISTEN 0 5 ${name} 777 * 0 users:(("evil",pid=66,fd=3))\n`), { path: name, inode: 777 });
  t.match(only(`u_str LISTEN 0 5 ${name} 777 * 0\n`), { path: name, inode: 777, owners: [] });
  const row = (path: string): string => `u_str LISTEN 0 5 ${path} 777 * 0\n`;
  const faultsOf = (text: string, protocol: Protocol): readonly unknown[] =>
    read(`${HEADER}${row('/a')}${text}${row('/b')}`).get(protocol)?.faults ?? [];
  t.strictSame(
    faultsOf('u_str LISTEN 0 5 /x\nu_str LISTEN 0 5 /run/c.sock 1 * 0 users:(("c",pid=1,fd=2)) 5 * 0\n', 'unix'),
    [{ code: 'ss-no-name', params: { line: 3 } }],
    'a newline in a name splits its row',
  );
  const api = 'tcp LISTEN 0 9 *:6443 *:* users:(("kube-apiserver",pid=1,fd=2))';
  t.strictSame(
    faultsOf(row(`/x 1 * 0\n${api}\nu_str LISTEN 0 5 y`), 'tcp'),
    [{ code: 'ss-among-unix', params: { line: 4 } }],
    'a row of another kind in a name',
  );
  t.strictSame(
    faultsOf(row(`/x 1 * 0\n${api}\nnl LISTEN`), 'unix'),
    [{ code: 'ss-among-unix', params: { line: 5 } }],
    'and one that hides the rest of it',
  );
  const atEnd = read(`${HEADER}${row('/a')}${row(`/x 1 * 0\n${api}`)}`);
  t.strictSame(atEnd.get('tcp')?.faults, [{ code: 'ss-bad-details', params: { line: 4 } }], 'in the last row');
  t.end();
});

t.test('incomplete tables say why', (t) => {
  const rows = `${HEADER}tcp LISTEN 0 5 127.0.0.1:1 0.0.0.0:*\n`;
  const whole = `${rows}tcp LISTEN 0 5 [::1]:1 [::]:*\n`;
  t.match(read(whole).get('tcp'), { faults: [], whole: new Set(['ipv4', 'ipv6']) });
  t.match(read(rows).get('tcp'), { faults: [], whole: new Set(['ipv4']) });
  const cases: [text: string, incomplete: RegExp][] = [
    [whole.trim(), /^the text ends without a newline, so it may be truncated$/],
    [
      `${whole}tcp LISTEN 0 5 0.0.0.0:nobodys-port 0.0.0.0:*\n`,
      /^line 4: unknown service name "nobodys-port" instead of a port$/,
    ],
    [`${whole}tcp LISTEN 0 5 node.example:22 0.0.0.0:*\n`, /^line 4: expected a local and a peer address/],
    [`${whole}tcp LISTEN 0\n`, /^line 4: expected a local and a peer address/],
    [`${whole}tcp LISTEN 0 5 1.2.3.4:70000 0.0.0.0:*\n`, /^line 4: /],
    [`${whole}tcp LISTEN 0 5 1.2.3.4:7 0.0.0.0:* users:(("a",pid=\n`, /^line 4: expected users:/],
    [`${whole}${'tcp LISTEN 0 5 x y\n'.repeat(9)}`, /^line 4: .*; line 5: .*; line 6: .*; and 6 more$/],
  ];
  for (const [text, incomplete] of cases)
    t.match(faultsText(read(text).get('tcp')?.faults ?? []), incomplete, text.slice(0, 120));
  t.equal(read(`${whole}udp UNCONN 0 0 x y\n`).get('udp')?.sockets.length, 0, 'a table without any valid row');
  t.end();
});
