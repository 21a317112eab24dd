import t from 'tap';
import { native } from '../../../src/kernel/addon.js';
import { addressText } from '../../../src/kernel/sockets/address.js';
import { parseProcInet, parseProcUnix } from '../../../src/kernel/sockets/proc_net.js';
import { LISTENING, TCP_CLOSE, TCP_LISTEN } from '../../../src/kernel/sockets/states.js';
import { ABSTRACT, dump } from './dumps.js';

const text = (name: string): string => dump(name).toString('latin1');
const byInode = <Row extends { inode: number | undefined }>(rows: Row[]): Row[] =>
  rows.toSorted((a, b) => (a.inode ?? 0) - (b.inode ?? 0));

t.test('the text tables have the same sockets as dumps captured at the same time', (t) => {
  const { decodeInet } = native();
  const cases: [string, string, 'tcp' | 'udp'][] = [
    ['proc-net-tcp.txt', 'tcp4.bin', 'tcp'],
    ['proc-net-tcp6.txt', 'tcp6.bin', 'tcp'],
    ['proc-net-udp.txt', 'udp4.bin', 'udp'],
    ['proc-net-udp6.txt', 'udp6.bin', 'udp'],
  ];
  for (const [file, dumpFile, protocol] of cases) {
    const columns = parseProcInet(text(file), protocol, LISTENING[protocol]);
    if (columns === null) throw new Error(`${file} was not understood`);
    const dumped = decodeInet(dump(dumpFile));
    const isTcp = protocol === 'tcp';
    const rows = (from: typeof columns) =>
      Array.from({ length: from.count }, (_, at) => ({
        inode: from.inode[at],
        family: from.family[at],
        state: from.state[at],
        address: addressText(from.address.subarray(16 * at, 16 * at + (from.family[at] === 2 ? 4 : 16))),
        port: from.port[at],
        uid: from.uid[at],
        rqueue: from.rqueue[at],
        drops: isTcp ? null : from.drops[at],
      }));
    t.ok(columns.count > 0);
    t.strictSame(byInode(rows(columns)), byInode(rows(dumped)), file);
    const unknown = {
      v6only: 255,
      device: 0,
      wqueue: 0,
      cookie: 0n,
      cgroup: 0n,
      timeWait: 2 ** 32 - 1,
      ...(isTcp ? { drops: 2 ** 32 - 1 } : {}),
    };
    for (const [name, value] of Object.entries(unknown)) {
      const column = columns[name as keyof typeof unknown & keyof typeof columns] as ArrayLike<unknown>;
      t.same(new Set(Array.from(column)), new Set([value]), `${file}: ${name} is not there and is not made up`);
    }
    const { count, address, ...others } = columns;
    t.equal(address.length, 16 * count);
    t.same(new Set(Object.values(others).map(({ length }) => length)), new Set([count]), 'columns are of one length');
  }
  t.end();
});

t.test('unix: the same listeners, the NULs of an abstract name as @', (t) => {
  const columns = parseProcUnix(dump('proc-net-unix.txt'));
  if (columns === null) throw new Error('the captured table is refused');
  const names = Array.from(columns.nameEnd, (end, at) =>
    Buffer.from(columns.names.subarray(at === 0 ? 0 : columns.nameEnd[at - 1], end)).toString('latin1'),
  );
  t.strictSame(names, [
    '/tmp/sw-capture.sock',
    '/tmp/sw-capture.dgram',
    '/tmp/sw-capture.seq',
    `\0${ABSTRACT.toString('latin1').replace('\0', '@')}`,
  ]);
  t.strictSame([...columns.inode], [41410, 41411, 41412, 41413], 'not the unbound one, nor the connected pair');
  t.strictSame([...columns.type], [1, 2, 5, 1]);
  t.strictSame([...columns.state], [TCP_LISTEN, TCP_CLOSE, TCP_LISTEN, TCP_LISTEN]);
  t.strictSame([...columns.uid], Array(4).fill(2 ** 32 - 1), 'the owner is not in the table');
  t.end();
});

const HEADER = '  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n';
const LINE =
  '   0: 0100007F:2808 00000000:0000 0A 00000000:00000002 00:00000000 00000000  1000        0 40410 1 0 100 0 0 10 0\n';

t.test('a malformed table is rejected as a whole', (t) => {
  const good = parseProcInet(HEADER + LINE, 'tcp', LISTENING.tcp);
  t.match(good, { count: 1 });
  t.strictSame([good?.port[0], good?.uid[0], good?.rqueue[0]], [10248, 1000, 2]);
  t.match(parseProcInet(HEADER, 'tcp', LISTENING.tcp), { count: 0 }, 'an empty table');
  const bad: [string, string][] = [
    ['another word', `${HEADER}${LINE}something else\n`],
    ['an empty line', `${HEADER}\n${LINE}`],
    ['an address of no family', HEADER + LINE.replace('0100007F', '0100007F00')],
    ['a port of five digits', HEADER + LINE.replace(':2808', ':02808')],
    ['no inode', HEADER + LINE.replace(/ 40410.*/, '')],
    ['a file that is empty altogether', ''],
    ['a last line that was cut off', `${HEADER}${LINE}   1: 0100007F:2809 000000`],
    ['a last line that was cut off where it still looks whole', HEADER + LINE.trimEnd()],
    ['the table of something else', 'Num       RefCount Protocol Flags    Type St Inode Path\n'],
  ];
  for (const [name, table] of bad) t.equal(parseProcInet(table, 'tcp', LISTENING.tcp), null, name);
  t.end();
});

t.test('how long closed connections stay', (t) => {
  // Of the second, FIN_WAIT2 is what the kernel keeps in the place of the socket; the third is an ordinary one with its timer.
  const lines = [
    ['06', '03:00000B8A'],
    ['05', '03:00000010'],
    ['05', '02:00000010'],
  ].map(([state, timer]) => LINE.replace(' 0A ', ` ${state} `).replace('00:00000000', `${timer}`));
  const columns = parseProcInet(HEADER + lines.join(''), 'tcp', 0xffff_ffff);
  t.strictSame([...(columns?.state ?? [])], [6, 5, 5]);
  t.strictSame([...(columns?.timeWait ?? [])], [29_540, 160, 2 ** 32 - 1]);
  t.end();
});

t.test('only sockets in the requested states', (t) => {
  const established = LINE.replace(' 0A ', ' 01 ').replace('40410', '0');
  t.match(parseProcInet(HEADER + established + LINE, 'tcp', LISTENING.tcp), { count: 1 });
  t.match(parseProcInet(HEADER + established, 'tcp', LISTENING.tcp), { count: 0 });
  t.end();
});

t.test('unix sockets that are bound and do not listen, but not those of connections', (t) => {
  const line = (flags: string, type: string, state: string, inode: number, name: string) =>
    `0000000000000000: 00000002 00000000 ${flags} ${type} ${state} ${inode}${name}\n`;
  const lines = [
    line('00000000', '0001', '01', 1, ' /run/bound.sock'),
    line('00000000', '0005', '01', 2, ' @bound'),
    line('00000000', '0001', '03', 3, ' /run/accepted.sock'),
    line('00000000', '0001', '01', 4, ''),
    line('00000000', '0002', '03', 5, ' /run/connected.dgram'),
  ];
  const columns = parseProcUnix(
    Buffer.from(`Num       RefCount Protocol Flags    Type St Inode Path\n${lines.join('')}`),
  );
  t.strictSame([...(columns?.inode ?? [])], [1, 2, 5]);
  t.strictSame([...(columns?.state ?? [])], [TCP_CLOSE, TCP_CLOSE, TCP_CLOSE]);
  t.end();
});

t.test('unix names that imitate other lines', (t) => {
  const header = 'Num       RefCount Protocol Flags    Type St Inode Path\n';
  const line = (inode: number, name: string, flags = '00010000'): string =>
    `00000000789f4cde: 00000002 00000000 ${flags} 0001 01 ${inode}${name === '' ? '' : ` ${name}`}\n`;
  const namesOf = (table: string): string[] => {
    const columns = parseProcUnix(Buffer.from(header + table, 'latin1'));
    if (columns === null) throw new Error('the table is refused');
    return Array.from(columns.nameEnd, (end, at) =>
      Buffer.from(columns.names.subarray(at === 0 ? 0 : columns.nameEnd[at - 1], end)).toString('latin1'),
    );
  };
  t.strictSame(namesOf(line(1, '/run/a b.sock')), ['/run/a b.sock'], 'spaces');
  t.strictSame(namesOf(line(1, '/run/a\nb') + line(2, '/c')), ['/run/a\nb', '/c'], 'a newline');
  t.strictSame(namesOf(line(1, '/run/a\n\n')), ['/run/a\n\n'], 'newlines at the end');
  t.strictSame(namesOf(line(1, `/${'n'.repeat(53)}\n${'n'.repeat(53)}`)).length, 1, 'as long as a name can be');
  t.strictSame(namesOf(line(1, '@x\xff\x1b')), ['\0x\xff\x1b'], 'any bytes');
  t.strictSame(namesOf(line(1, '')), [''], 'a listener without a name');
  t.match(parseProcUnix(Buffer.from(header)), { count: 0 });
  const refused: [string, string][] = [
    ['a line of another format first', `something else\n${line(1, '/c')}`],
    ['a line of another format where there is no name', `${line(1, '', '00000000')}something else\n`],
    ['a name longer than a name can be', line(1, `/${'n'.repeat(53)}\n${'n'.repeat(54)}`)],
    ['an address of another width', line(1, '/c').slice(1)],
  ];
  for (const [name, table] of refused) t.equal(parseProcUnix(Buffer.from(header + table)), null, name);
  t.equal(parseProcUnix(Buffer.from('')), null, 'a file that is empty altogether is no empty table');
  t.equal(parseProcUnix(Buffer.from(header + line(1, '/run/x').trimEnd())), null, 'nor is one that was cut off whole');
  t.end();
});

t.test('lines that may be part of the name before them', (t) => {
  const header = 'Num       RefCount Protocol Flags    Type St Inode Path\n';
  const line = (inode: number, name: string, flags = '00010000'): string =>
    `0000000000000000: 00000002 00000000 ${flags} 0001 01 ${String(inode).padStart(5)}${name === '' ? '' : ` ${name}`}`;
  const read = (...lines: string[]) => {
    const columns = parseProcUnix(Buffer.from(`${header}${lines.join('\n')}\n`, 'latin1'));
    if (columns === null) throw new Error('the table is refused');
    const inodes = Array.from(columns.inode, (inode, at) => (columns.doubtful.has(at) ? `${inode}?` : `${inode}`));
    return [inodes.join(' '), columns.contradicting] as const;
  };
  const forged = line(7, '/run/containerd.sock');
  t.equal(forged.length, 79);
  t.same(read(line(1, `/tmp/x\n${forged}`)), ['1 7?', 0], 'a whole line');
  t.same(read(line(1, `/tmp/x\n${forged}`, '00000000')), ['1 7?', 0], 'of a socket that does not listen');
  const bound = line(7, '/run/containerd.sock', '00000000');
  t.same(read(line(1, `/tmp/x\n${bound}`)), ['1 7?', 0], 'that imitates a socket which does not listen yet');
  t.same(read(line(1, `x\n${bound}\n`), line(2, ''), bound), ['1 2? 7', 0]);
  t.same(read(line(1, 'n'.repeat(28)), forged), ['1 7?', 0], 'a name and a line that together could be one name');
  t.same(read(line(1, 'n'.repeat(29)), forged), ['1 7', 0], 'that would be too long for one name');
  t.same(read(line(1, ''), forged), ['1 7', 0], 'behind a socket without a name');
  t.same(read(line(1, `x\nyy\n${forged}`)), ['1 7?', 0], 'further lines in between');
  t.same(read(line(1, 'x'), line(2, '', '00000000'), forged), ['1 7', 0], 'at a distance');
  t.same(read(line(1, 'n'.repeat(29)), line(8, ''), line(9, '')), ['1 8? 9', 0], 'two lines do not fit');
  t.same(read(forged, line(1, `x\n${line(7, '/evil')}`)), ['7 1?', 0], 'an inode of another line: forged for certain');
  t.same(read(line(1, `x\n${line(7, '/evil')}`), line(2, ''), forged), ['1 2? 7', 0]);
  const twice = read(line(1, `x\n${line(7, '/evil')}`), line(2, ''), line(3, 'y'), line(7, '/genuine'));
  t.same(twice, ['1 2? 3', 2], 'of two that are doubtful, either may be forged');
  t.same(read(line(1, 'a'.repeat(50)), line(2, 'b'.repeat(50)), line(1, 'a'.repeat(50))), ['2 1', 0], 'read twice');
  t.same(read(line(1, `x\n${line(0, '/evil')}`)), ['1', 0], 'a listener has an inode');
  t.end();
});
