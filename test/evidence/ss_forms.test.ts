import t, { type Test } from 'tap';
import { SockwatchError } from '../../src/base/errors.js';
import { compareTables } from '../../src/evidence/ss_merge.js';
import { FAMILIES, PROTOCOLS, type SsTables } from '../../src/evidence/ss_table.js';
import { readSsText } from '../../src/evidence/ss_text.js';
import type { Protocol } from '../../src/kernel/sockets/listener.js';
import { ssFixture } from './ss_fixtures.js';

/*
 * What happens to the output of ss on its way: it is quoted, coloured, wrapped, filtered and cut. A text is read in every form,
 * and is whole only if nothing shows or suggests that lines are missing.
 */

/** A whole table, without the processes whose names are odd. */
const LINES = ssFixture('plntu')
  .toString('latin1')
  .split('\n')
  .filter((line) => line !== '' && !/:77\d\d |^lines"/.test(line));
const TEXT = `${LINES.join('\n')}\n`;
const WHOLE = readSsText(Buffer.from(TEXT, 'latin1'), 'x');

function read(text: string | Buffer, name = 'x.txt'): SsTables {
  return readSsText(typeof text === 'string' ? Buffer.from(text, 'latin1') : text, name);
}

function readOrNone(text: string): SsTables {
  try {
    return read(text);
  } catch (error) {
    if (error instanceof SockwatchError && error.code === 'ERR_INPUT') return new Map();
    throw error;
  }
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

function codesOf(tables: SsTables, protocol: Protocol): string[] {
  return (
    tables.get(protocol)?.faults.map(({ code, params }) => ('line' in params ? `${code} ${params.line}` : code)) ?? []
  );
}

function isWhole(tables: SsTables, protocol: Protocol): boolean {
  return FAMILIES[protocol].every((family) => tables.get(protocol)?.whole.has(family) === true);
}

function sameSockets(t: Test, tables: SsTables, name: string): void {
  const { differing, isContained } = compareTables(tables, WHOLE);
  const counts = (all: SsTables) => PROTOCOLS.map((protocol) => all.get(protocol)?.sockets.length);
  const named = (all: SsTables) =>
    [...all.values()].flatMap(({ sockets }) => sockets.map(({ owners }) => owners)).flat();
  t.ok(differing === 0 && isContained, `${name}: the same sockets`);
  t.strictSame(counts(tables), counts(WHOLE), `${name}: as many`);
  t.strictSame(named(tables), named(WHOLE), `${name}: the same processes`);
}

const each = (change: (line: string, at: number) => string) => `${LINES.map(change).join('\n')}\n`;
const utf16 = (text: string): Buffer => Buffer.from(text, 'utf16le');

const FORMS: Readonly<Record<string, string | Buffer>> = {
  'a byte order mark': `\xef\xbb\xbf${TEXT}`,
  'UTF-16 with a byte order mark': utf16(`\ufeff${TEXT}`),
  'UTF-16 without one': utf16(TEXT),
  'big-endian UTF-16': utf16(`\ufeff${TEXT}`).swap16(),
  'CR LF': each((line) => `${line}\r`),
  'no-break spaces': each((line) =>
    line.replaceAll(' ', '\xc2\xa0').replace(/\("(.*?)"/g, (name) => name.replace('\xc2\xa0', ' ')),
  ),
  'no-break spaces in latin1': each((line) => line.replace(/ {2,}/g, (gap) => '\xa0'.repeat(gap.length))),
  'zero-width spaces': each((line) => `\xe2\x80\x8b${line}`),
  'CR alone': TEXT.replaceAll('\n', '\r'),
  'an indented block': each((line) => `    ${line}`),
  'partly indented lines': each((line, at) => (at % 3 === 0 ? line : `\t${line}`)),
  'a quoted mail': each((line) => `> > ${line}`),
  'a code fence': `The output:\n\n\`\`\`\n${TEXT}\`\`\`\n\nThanks!\n`,
  'a prompt': `root@cp-1:~# ss -plntu\n${TEXT}root@cp-1:~# exit\n`,
  'sudo and a password': `$ sudo ss -plntu\n[sudo] password for user: \n${TEXT}$ \n`,
  'a command without a prompt': `+ ss -plntu\n${TEXT}`,
  watch: `Every 2.0s: ss -plntu          cp-1: Thu Nov 26 23:00:00 2026\n\n${TEXT}`,
  'line numbers': each((line, at) => `${String(at + 1).padStart(6)}\t${line}`),
  'line numbers of grep': each((line, at) => `${at + 1}:${line}`),
  'coloured lines': each((line) => `\x1b[32m${line}\x1b[0m`),
  'coloured states': each((line) => line.replace(/LISTEN|UNCONN/, '\x1b[01;31m\x1b[K$&\x1b[m\x1b[K')),
  'names that grep marked': each((line) => line.replace(/kube(?=[a-z-]*",pid)/g, '\x1b[01;31m\x1b[K$&\x1b[m\x1b[K')),
  'a title of the terminal': `\x1b]0;root@cp-1\x07${TEXT}`,
  'no trailing spaces': each((line) => line.trimEnd()),
  'single spaces': each((line) => line.replace(/ +/g, ' ')),
  tabs: each((line) => line.replace(/ {2,}/g, '\t')),
  'lines folded at 80 columns': each((line) => line.replace(/.{80}/g, '$&\n')),
  'lines broken between words': each((line) => line.replace(/ +(?=users:)/, '\n')),
  'sorted lines': `${[LINES[0], ...LINES.slice(1).sort()].join('\n')}\n`,
  'the same output twice': `${TEXT}\n${TEXT}`,
};

t.test('forms in which a whole table is read', (t) => {
  for (const [name, text] of Object.entries(FORMS)) {
    const tables = read(text);
    if (name !== 'sorted lines') sameSockets(t, tables, name);
    for (const protocol of ['tcp', 'udp'] as const) {
      t.ok(isWhole(tables, protocol), `${name}: ${protocol} is whole`, { faults: codesOf(tables, protocol) });
    }
  }
  t.end();
});

const HEADER = LINES[0] ?? '';
const tcp = LINES.filter((line) => line.startsWith('tcp'));

const PARTS: readonly (readonly [name: string, text: string, code: string])[] = [
  ['grep', `${LINES.filter((line) => line.includes('kube')).join('\n')}\n`, 'ss-no-header'],
  ['tail', `${tcp.slice(-9).join('\n')}\n`, 'ss-no-header'],
  ['-H', `${LINES.slice(1).join('\n')}\n`, 'ss-no-header'],
  ['sort, with the header behind', `${tcp.join('\n')}\n${HEADER}\n`, 'ss-no-header'],
  [
    'grep that keeps the header',
    `${LINES.filter((line) => /State|kubelet/.test(line)).join('\n')}\n`,
    'ss-rows-removed',
  ],
  ['a command with grep', `$ ss -plntu | grep -e State -e tcp\n${TEXT}`, 'ss-filtered'],
  ['a filter', `$ sudo ss -plntu sport = :6443\n${TEXT}`, 'ss-filtered'],
  ['another namespace', `$ ss -N blue -plntu\n${TEXT}`, 'ss-filtered'],
  ['a cut', `${[...LINES.slice(0, 20), '[…]', ...LINES.slice(20)].join('\n')}\n`, 'ss-other-text 21'],
  [
    'a cut after a blank line',
    `${[...LINES.slice(0, 20), '', '--', '', ...LINES.slice(20)].join('\n')}\n`,
    'ss-other-text 22',
  ],
  ['a cut at the end', `${TEXT}... (output truncated)\n`, `ss-other-text ${LINES.length + 1}`],
  ['a cut below the header', TEXT.replace('\n', '\n...\n'), 'ss-other-text 2'],
  ['no newline at the end', TEXT.trim(), 'ss-truncated'],
  [
    'a comment',
    each((line) => line.replace(/^tcp .*:6443 .*/, '# $&')),
    `ss-text-before-row ${LINES.findIndex((line) => line.includes(':6443 ')) + 1}`,
  ],
  [
    'a line that another column is missing from',
    each((line) => line.replace(/(?<=:)6443 +\S+/, '6443')),
    `ss-no-endpoint ${LINES.findIndex((line) => line.includes(':6443 ')) + 1}`,
  ],
  [
    'a note behind a line',
    each((line) => line.replace(/^tcp .*:6443 .*/, (row) => `${row.trimEnd()} // why?`)),
    `ss-bad-details ${LINES.findIndex((line) => line.includes(':6443 ')) + 1}`,
  ],
];

t.test('parts of a table are read, and not taken for the whole', (t) => {
  for (const [name, text, code] of PARTS) {
    const tables = read(text);
    t.ok(codesOf(tables, 'tcp').includes(code), name, { codes: codesOf(tables, 'tcp') });
    t.notOk(isWhole(tables, 'tcp'), `${name}: not whole`);
  }
  t.end();
});

t.test('one address family', (t) => {
  const of = (isIpv6: boolean) => `${[HEADER, ...tcp.filter((line) => /\[|\*:\d/.test(line) === isIpv6)].join('\n')}\n`;
  const [four, six] = [of(false).replace(/ +/g, ' '), of(true).replace(/ +/g, ' ')];
  t.strictSame([...(read(four).get('tcp')?.whole ?? [])], ['ipv4']);
  t.strictSame([...(read(six).get('tcp')?.whole ?? [])], ['ipv6']);
  t.ok(isWhole(read(`${four}\n${six}`), 'tcp'), 'two runs, one after the other');
  t.ok(isWhole(read(four, 'ss_-tulpn'), 'tcp'), 'the name of the file tells the command');
  t.notOk(isWhole(read(four, 'sstunlp4'), 'tcp'));
  t.notOk(isWhole(read(`$ ss -4plntu\n${four}`), 'tcp'));
  t.notOk(isWhole(read(`$ ss --ipv4 -plntu\n${four}`), 'tcp'));
  t.ok(isWhole(read(`$ ss -plntu\n${four}`), 'tcp'));
  t.ok(isWhole(read(`$ ss -plntu\n${four}`), 'udp'), 'an empty table was asked for');
  const all = four.replace('\n', '\nnl UNCONN 0 0 rtnl:kernel *\n');
  t.ok(isWhole(read(all), 'tcp'), 'netlink sockets beside listeners: no option excludes a family');
  t.notOk(read(all).has('udp'), 'what follows may have been cut');
  t.notOk(read(four).has('udp'), 'otherwise nothing is known of it');
  t.notOk(
    read(`$ ss -plntu\n${four.replaceAll(/^(Netid|tcp) /gm, '')}`).has('udp'),
    'a header that contradicts the command',
  );
  t.end();
});

const BARE = 'State Recv-Q Send-Q Local Address:Port Peer Address:Port Process\n';

t.test('rows without Netid', (t) => {
  const bound = 'UNCONN 0 0 127.0.0.1:31000 0.0.0.0:* users:(("kube-proxy",pid=101,fd=3))\n';
  const listens = 'LISTEN 0 128 127.0.0.1:10248 0.0.0.0:* users:(("kubelet",pid=100,fd=3))\n';
  t.match(
    read(`${BARE}${listens}${bound}`).get('tcp')?.sockets,
    [{ port: 10248 }],
    'a bound TCP socket does not listen',
  );
  t.notOk(read(`${BARE}${listens}${bound}`).has('udp'));
  t.match(read(`${BARE}${bound}`).get('udp')?.sockets, [{ port: 31000 }]);
  const raw = 'UNCONN 0 0 0.0.0.0:1 0.0.0.0:*\nUNCONN 0 0 *:58 *:*\n';
  t.match(refusal(`${BARE}${raw}`), /line 2: without Netid, it may be TCP, UDP or raw; line 3: /);
  t.match(refusal(`$ ss -lwn\n${BARE}${raw}`), /found none$/, 'raw sockets');
  t.match(refusal(`$ ss -lnM\n${BARE}${listens}`), /found none$/, 'MPTCP sockets');
  t.match(refusal(bound), /line 1: without Netid/, 'without a header');
  t.match(read(`$ ss -lunp\n${bound}`).get('udp')?.sockets, [{ port: 31000 }]);
  t.match(
    read(`${BARE}${listens}\n${BARE}${bound}`),
    new Map([
      ['tcp', { sockets: [{ port: 10248 }] }],
      ['udp', { sockets: [{ port: 31000 }] }],
    ]),
    'ss -ltnp, then ss -lunp',
  );
  t.match(codesOf(read(`${TEXT}${bound}`), 'tcp'), [`ss-unknown-kind ${LINES.length + 1}`], 'one that lost it');
  t.end();
});

t.test('two nodes in one text are refused', (t) => {
  const row = (port: number, pid: number) => `LISTEN 0 128 *:${port} *:* users:(("kubelet",pid=${pid},fd=3))\n`;
  const [one, other] = [`${BARE}${row(1, 10)}${row(2, 11)}`, `${BARE}${row(3, 12)}`];
  const message = (line: number, first: number) =>
    `x.txt:${line}: expected the sockets that are in line ${first} and below it, found other ones: they are of another node, or of another time`;
  t.equal(refusal(`cp-1 | CHANGED\n${one}cp-2 | CHANGED\n${other}`), message(6, 2));
  t.equal(refusal(`${one}${other}`), message(4, 1), 'with nothing between them');
  t.equal(refusal(`${one}\n${BARE}${row(1, 77)}`), message(5, 1), 'the same address, held by another process');
  t.equal(refusal(`$ ss -Hltn\n${row(1, 1)}$ ss -Hltn\n${row(2, 2)}`), message(4, 2));
  const again = `${row(1, 10)}${row(2, 11)}cp-2:\n${row(1, 20)}${row(2, 21)}`;
  const repeated = 'x.txt:1: expected the sockets of one node, found the same addresses again, held by other processes';
  t.equal(refusal(again), repeated, 'without headers');
  t.equal(refusal(again.replace('cp-2:\n', '')), repeated, 'with nothing between them');
  t.equal(read(`${row(1, 10)}${row(1, 20)}${row(2, 11)}`).get('tcp')?.sockets.length, 3, 'a shared address');
  const part = `$ ss -ltnp sport = :1\n${BARE}${row(1, 10)}$ ss -ltnp sport = :2\n${BARE}${row(2, 11)}`;
  t.equal(read(part).get('tcp')?.sockets.length, 2, 'what two filters selected');
  const unprivileged = one.replace(/ users:.*/g, '');
  t.match(read(`${unprivileged}\n${one}`).get('tcp')?.sockets, [{ owners: [{ pid: 10 }] }, { owners: [{ pid: 11 }] }]);
  t.end();
});

t.test('no text shows more once a line is gone', (t) => {
  const kinds = ['plnt', 'plntu', 'plnu', 'pln', 'plnx', 'peaonmi', 'plntue', 'pltu', 'lntu'];
  for (const name of kinds) {
    const lines = ssFixture(name).toString('latin1').split('\n');
    const before = read(lines.join('\n'));
    let [removed, noticed] = [0, 0];
    for (const at of lines.keys()) {
      const after = readOrNone(lines.toSpliced(at, 1).join('\n'));
      const isRow = /^(?:tcp|udp|u_\w+|LISTEN|UNCONN)\b/.test(lines[at] ?? '');
      const isDetail =
        at > 0 &&
        !/^(?:[a-z_]+ +|)(?:LISTEN|UNCONN)\b.*users:\(\(.*[^)] *$/.test(lines[at - 1] ?? '') &&
        /^\t/.test(lines[at] ?? '');
      for (const [protocol, { sockets, whole }] of after) {
        const had = before.get(protocol);
        if (had === undefined) t.fail(`${name}: a new table of ${protocol}`);
        if (sockets.length > (had?.sockets.length ?? 0)) t.fail(`${name}:${at + 1}: more ${protocol} sockets`);
        if (isRow || isDetail || whole.size === 0) continue;
        // A line of its own in a name or list, or the header.
        if (sockets.length < (had?.sockets.length ?? 0) || at === 0) t.fail(`${name}:${at + 1}: ${protocol} is whole`);
      }
      if (isRow) {
        removed += 1;
        noticed += [...after].some(([, { whole }]) => whole.size === 0) ? 1 : 0;
      }
    }
    t.ok(removed > 0, `${name}: ${noticed} of ${removed} removed rows are noticed`);
  }
  t.end();
});

t.test('a protocol without rows: asked for, but what comes after it may have been cut', (t) => {
  const udp = LINES.filter((line) => !line.startsWith('tcp'));
  const tcp = `Netid State  Recv-Q Send-Q Local Address:Port Peer Address:PortProcess
tcp   LISTEN 0      128          0.0.0.0:22         0.0.0.0:*   users:(("sshd",pid=77,fd=3))
`;
  t.notOk(read(`${udp.join('\n')}\n`, 'ss_-plntu').has('tcp'), 'TCP comes last');
  t.ok(isWhole(read(tcp, 'ss_-plntu'), 'udp'), 'there is no UDP socket');
  t.end();
});
