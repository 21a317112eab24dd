import { readFileSync } from 'node:fs';
import { type InetColumns, NOT_TIME_WAIT, type UnixColumns } from '../../../src/kernel/addon.js';

/** Tests run from dist/test/sockets; the fixtures stay where they are. */
const DUMPS = new URL('../../../../test/fixtures/dumps/', import.meta.url);

/** A file of test/fixtures/dumps, whose README.md lists the sockets in it. */
export function dump(name: string): Buffer {
  return readFileSync(new URL(name, DUMPS));
}

type Lists<Columns> = { readonly [name in keyof Columns]: Columns[name] extends number ? number : readonly unknown[] };

const UNKNOWN_8 = 255;
const LO = 1;

/** IPv4 stands in the first four of sixteen bytes. */
const v4 = (...bytes: number[]): number[] => [...bytes, ...Array<number>(12).fill(0)];
const v6 = (...last: number[]): number[] => [...Array<number>(16 - last.length).fill(0), ...last];
const all = <Value>(count: number, value: Value): Value[] => Array<Value>(count).fill(value);

/** The sockets that capture.py opens, as columns, in the order of the dump. */
export const INET_DUMPS: Readonly<Record<string, Lists<InetColumns>>> = {
  'tcp4.bin': {
    count: 5,
    family: all(5, 2),
    state: all(5, 10),
    v6only: all(5, UNKNOWN_8),
    address: [v4(127, 0, 0, 53), v4(0, 0, 0, 0), v4(0, 0, 0, 0), v4(0, 0, 0, 0), v4(127, 0, 0, 1)].flat(),
    port: [53, 10250, 7000, 7000, 10248],
    device: [LO, 0, 0, 0, 0],
    uid: all(5, 0),
    inode: [41398, 40411, 41400, 41399, 40410],
    rqueue: [0, 2, 0, 0, 0],
    wqueue: [1, 7, 1, 1, 5],
    drops: all(5, 0),
    timeWait: all(5, NOT_TIME_WAIT),
    cookie: [196n, 197n, 198n, 199n, 200n],
    cgroup: all(5, 1n),
  },
  'tcp6.bin': {
    count: 4,
    family: all(4, 10),
    state: all(4, 10),
    v6only: [1, 0, 0, 1],
    address: [v6(1), v6(0xff, 0xff, 127, 0, 0, 1), v6(), v6()].flat(),
    port: [2379, 9999, 6443, 6444],
    device: all(4, 0),
    uid: all(4, 0),
    inode: [41403, 41404, 41401, 41402],
    rqueue: all(4, 0),
    wqueue: all(4, 128),
    drops: all(4, 0),
    timeWait: all(4, NOT_TIME_WAIT),
    cookie: [201n, 202n, 203n, 204n],
    cgroup: all(4, 1n),
  },
  'udp4.bin': {
    count: 4,
    family: all(4, 2),
    state: all(4, 7),
    v6only: all(4, UNKNOWN_8),
    address: [v4(127, 0, 0, 1), v4(0, 0, 0, 0), v4(127, 0, 0, 1), v4(0, 0, 0, 0)].flat(),
    port: [323, 50077, 5353, 8472],
    device: all(4, 0),
    uid: all(4, 0),
    inode: [41405, 41407, 41406, 41395],
    rqueue: [0, 0, 4608, 0],
    wqueue: all(4, 0),
    drops: [0, 0, 18, 0],
    timeWait: all(4, NOT_TIME_WAIT),
    cookie: [205n, 206n, 207n, 208n],
    cgroup: all(4, 1n),
  },
  'udp6.bin': {
    count: 2,
    family: all(2, 10),
    state: all(2, 7),
    v6only: [1, 1],
    address: [v6(1), v6()].flat(),
    port: [323, 8472],
    device: [0, 0],
    uid: [0, 0],
    inode: [41409, 41394],
    rqueue: [0, 0],
    wqueue: [0, 0],
    drops: [0, 0],
    timeWait: all(2, NOT_TIME_WAIT),
    cookie: [209n, 210n],
    cgroup: [1n, 1n],
  },
};

/** Bytes of the abstract name that capture.py binds, behind the leading NUL. */
export const ABSTRACT = Buffer.from('abstract\n\x1b[31m\xff\0tail', 'latin1');

const NAMES = ['', '/tmp/sw-capture.sock\0', '/tmp/sw-capture.dgram\0', '/tmp/sw-capture.seq\0'];

export const UNIX_DUMP: Lists<UnixColumns> = {
  count: 5,
  type: [1, 1, 2, 5, 1],
  state: [7, 10, 7, 10, 10],
  uid: all(5, 0),
  inode: [41416, 41410, 41411, 41412, 41413],
  rqueue: all(5, 0),
  wqueue: [0, 9, 0, 3, 4],
  fileDevice: [0, 254 << 20, 254 << 20, 254 << 20, 0],
  fileInode: [0, 2146514, 2146530, 2146546, 0],
  cookie: [211n, 212n, 213n, 214n, 215n],
  nameEnd: [0, 21, 43, 63, 84],
  names: [...Buffer.from(NAMES.join('')), 0, ...ABSTRACT],
};
