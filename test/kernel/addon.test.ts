import { readFileSync, writeFileSync } from 'node:fs';
import t from 'tap';
import { SockwatchError } from '../../src/base/errors.js';
import { type InetColumns, isKernelError, native, type UnixColumns } from '../../src/kernel/addon.js';
import { dump, INET_DUMPS, UNIX_DUMP } from './sockets/dumps.js';

/*
 * The decoders, on captured bytes. capture.py opened, in a network namespace of its own:
 *   tcp4  127.0.0.53:53%lo (backlog 1), 0.0.0.0:10250 (7, two waiting), 0.0.0.0:7000 twice (1), 127.0.0.1:10248 (5)
 *   tcp6  [::1]:2379, [::ffff:127.0.0.1]:9999 v6only=0, [::]:6443 v6only=0, [::]:6444 v6only=1 (128 each)
 *   udp4  127.0.0.1:323, 0.0.0.0:50077 (a client), 127.0.0.1:5353 (full, 18 dropped), 0.0.0.0:8472 (cilium_vxlan)
 *   udp6  [::1]:323, [::]:8472 (cilium_vxlan)
 *   unix  one never bound, sw-capture.sock (9), sw-capture.dgram, sw-capture.seq (3), an abstract one (4)
 * What calls the kernel is in native.live.test.ts.
 */

type Types<Columns> = { readonly [name in Exclude<keyof Columns, 'count'>]: new () => Columns[name] };

/** The compiler holds these names and types against src/kernel/addon.ts, the tests against the addon. */
const INET_TYPES = {
  family: Uint8Array,
  state: Uint8Array,
  v6only: Uint8Array,
  address: Uint8Array,
  port: Uint16Array,
  device: Uint32Array,
  uid: Uint32Array,
  inode: Uint32Array,
  rqueue: Uint32Array,
  wqueue: Uint32Array,
  drops: Uint32Array,
  timeWait: Uint32Array,
  cookie: BigUint64Array,
  cgroup: BigUint64Array,
} as const satisfies Types<InetColumns>;

const UNIX_TYPES = {
  type: Uint8Array,
  state: Uint8Array,
  uid: Uint32Array,
  inode: Uint32Array,
  rqueue: Uint32Array,
  wqueue: Uint32Array,
  fileDevice: Uint32Array,
  fileInode: Uint32Array,
  cookie: BigUint64Array,
  nameEnd: Uint32Array,
  names: Uint8Array,
} as const satisfies Types<UnixColumns>;

const { decodeInet, decodeUnix } = native();
const INET_FILES = [...Object.keys(INET_DUMPS), 'no-handler.bin', 'no-family.bin'];

interface Decoded {
  readonly count: number;
  readonly done: boolean;
  readonly malformed: boolean;
}

/** What is wrong with the lengths of columns; nothing where they agree with `count`. */
function misshapen(columns: InetColumns | UnixColumns): string[] {
  return Object.entries(columns).flatMap(([name, column]) => {
    if (!ArrayBuffer.isView(column) || name === 'names') return [];
    const length = (column as Uint8Array).length;
    const expected = name === 'address' ? 16 * columns.count : columns.count;
    return length === expected ? [] : [`${name}: ${length} instead of ${expected}`];
  });
}

/** Where each netlink message of a dump begins, and how long it is. */
function messagesIn(bytes: Buffer): { start: number; length: number }[] {
  const messages = [];
  for (let start = 0; start < bytes.length; ) {
    const length = bytes.readUInt32LE(start);
    messages.push({ start, length });
    start += (length + 3) & ~3;
  }
  return messages;
}

t.test('columns have the names and types declared in src/kernel/addon.ts', (t) => {
  const outcome = ['count', 'interrupted', 'done', 'malformed', 'error'];
  const cases = [
    ['inet', decodeInet(dump('tcp4.bin')), INET_TYPES],
    ['unix', decodeUnix(dump('unix.bin')), UNIX_TYPES],
  ] as const;
  for (const [name, decoded, types] of cases) {
    t.same(Object.keys(decoded).sort(), [...Object.keys(types), ...outcome].sort(), name);
    const constructors = Object.entries(decoded).filter(([, column]) => ArrayBuffer.isView(column));
    t.strictSame(Object.fromEntries(constructors.map(([key, column]) => [key, column.constructor])), types, name);
    t.same(misshapen(decoded), []);
  }
  t.end();
});

t.test('every column of every captured socket', (t) => {
  for (const [file, expected] of Object.entries(INET_DUMPS)) {
    const { interrupted, done, malformed, error, ...columns } = decodeInet(dump(file));
    t.strictSame(
      { interrupted, done, malformed, error },
      { interrupted: false, done: true, malformed: false, error: 0 },
    );
    t.strictSame(lists(columns), expected, file);
  }
  const { interrupted, done, malformed, error, ...columns } = decodeUnix(dump('unix.bin'));
  t.strictSame({ interrupted, done, malformed, error }, { interrupted: false, done: true, malformed: false, error: 0 });
  t.strictSame(lists(columns), UNIX_DUMP);
  t.end();
});

/** Typed arrays as plain ones; everything else as it is. */
function lists(columns: object): unknown {
  const plain = (value: unknown): unknown => (ArrayBuffer.isView(value) ? Array.from(value as Uint8Array) : value);
  return Object.fromEntries(Object.entries(columns).map(([name, value]) => [name, plain(value)]));
}

t.test('an errno in NLMSG_DONE or NLMSG_ERROR is an error, not an empty success', (t) => {
  const ENOENT = 2;
  const EINVAL = 22;
  t.match(decodeInet(dump('no-handler.bin')), { count: 0, done: true, malformed: false, error: ENOENT });
  t.match(decodeInet(dump('no-family.bin')), { count: 0, done: true, malformed: false, error: EINVAL });
  t.match(decodeUnix(dump('no-handler.bin')), { count: 0, done: true, malformed: false, error: ENOENT });
  t.end();
});

t.test('a dump truncated at any length gives a prefix of its rows and is not done', (t) => {
  const cutAll = <Columns extends Decoded>(file: string, decode: (bytes: Uint8Array) => Columns): void => {
    const bytes = dump(file);
    const whole = decode(bytes);
    const wrong = [];
    for (let length = 0; length < bytes.length; length++) {
      // A copy of just that size, so that reading past the end reads past an allocation.
      const cut = decode(Uint8Array.from(bytes.subarray(0, length)));
      if (cut.done || cut.count > whole.count) wrong.push({ length, done: cut.done, count: cut.count });
    }
    t.same(wrong, [], file);
    t.equal(decode(bytes.subarray(0, bytes.length - 1)).malformed, true, `${file}: bytes left over are told`);
  };
  for (const file of INET_FILES) cutAll(file, decodeInet);
  cutAll('unix.bin', decodeUnix);
  t.match(decodeInet(new Uint8Array(0)), { count: 0, done: false, malformed: false, error: 0 });
  t.end();
});

t.test('rows of a truncated dump are the first rows of the whole one', (t) => {
  const bytes = dump('tcp4.bin');
  const [, , third] = messagesIn(bytes);
  const cut = decodeInet(bytes.subarray(0, (third?.start ?? 0) + 20));
  t.strictSame([...cut.inode], [41398, 40411]);
  t.match(cut, { count: 2, done: false, malformed: true });
  t.end();
});

t.test('no single corrupt byte crashes the decoder or makes its columns differ in length', (t) => {
  const spoil = (file: string, decode: (bytes: Uint8Array) => InetColumns | UnixColumns): void => {
    const bytes = dump(file);
    const wrong = [];
    for (let at = 0; at < bytes.length; at++) {
      for (const value of [0x00, 0x01, 0x7f, 0x80, 0xff]) {
        const spoiled = Uint8Array.from(bytes);
        spoiled[at] = value;
        wrong.push(...misshapen(decode(spoiled)).map((what) => `${file} ${at} ${value}: ${what}`));
      }
    }
    t.same(wrong, [], file);
  };
  for (const file of INET_FILES) spoil(file, decodeInet);
  spoil('unix.bin', decodeUnix);
  t.end();
});

t.test('what a message header says about the dump', (t) => {
  const SEQUENCE = 8;
  const PORT = 12;
  const FLAGS = 6;
  const TYPE = 4;
  const NLM_F_DUMP_INTR = 0x10;
  const NLMSG_OVERRUN = 4;
  const cases: [string, (bytes: Buffer, start: number) => void, Partial<ReturnType<typeof decodeInet>>][] = [
    [
      'another sequence number: not ours',
      (b, at) => b.writeUInt32LE(77, at + SEQUENCE),
      { count: 4, malformed: false },
    ],
    ['another port: not ours', (b, at) => b.writeUInt32LE(77, at + PORT), { count: 4, malformed: false }],
    ['an interrupted dump', (b, at) => b.writeUInt16LE(NLM_F_DUMP_INTR, at + FLAGS), { count: 5, interrupted: true }],
    ['data was lost', (b, at) => b.writeUInt16LE(NLMSG_OVERRUN, at + TYPE), { count: 1, malformed: true, done: false }],
    ['a length of zero', (b, at) => b.writeUInt32LE(0, at), { count: 1, malformed: true, done: false }],
    [
      'a length that is too long',
      (b, at) => b.writeUInt32LE(0xffff_ffff, at),
      { count: 1, malformed: true, done: false },
    ],
    [
      'a family that was not asked for',
      (b, at) => b.writeUInt8(1, at + 16),
      { count: 1, malformed: true, done: false },
    ],
  ];
  for (const [name, change, expected] of cases) {
    const bytes = dump('tcp4.bin');
    change(bytes, messagesIn(bytes)[1]?.start ?? 0);
    t.match(decodeInet(bytes), expected, name);
  }
  t.end();
});

t.test('attributes: unknown ones are skipped, lengths that do not fit are an error', (t) => {
  const file = 'tcp6.bin';
  const FIRST_ATTRIBUTE = 16 + 72; // behind struct nlmsghdr and struct inet_diag_msg
  const change = (spoil: (bytes: Buffer, at: number) => void): ReturnType<typeof decodeInet> => {
    const bytes = dump(file);
    const [first] = messagesIn(bytes);
    for (let at = FIRST_ATTRIBUTE; at < (first?.length ?? 0); at += (bytes.readUInt16LE(at) + 3) & ~3) spoil(bytes, at);
    return decodeInet(bytes);
  };
  const unknown = change((bytes, at) => bytes.writeUInt16LE(999, at + 2));
  t.match(unknown, { count: 4, malformed: false, done: true });
  t.strictSame([unknown.v6only[0], unknown.drops[0], unknown.cgroup[0]], [255, 0xffff_ffff, 0n], 'not said');
  const flagged = change((bytes, at) => bytes.writeUInt16LE(bytes.readUInt16LE(at + 2) | 0xc000, at + 2));
  t.strictSame([flagged.v6only[0], flagged.cgroup[0]], [1, 1n], 'flag bits of a type are no part of it');
  for (const length of [0, 3, 0xffff]) {
    const bytes = dump(file);
    bytes.writeUInt16LE(length, FIRST_ATTRIBUTE);
    t.match(decodeInet(bytes), { count: 0, malformed: true, done: false }, `a length of ${length}`);
  }
  t.end();
});

t.test('the header of the C++ columns names the same columns', (t) => {
  // A stale addon passes every test above: this one reads what the next build will be made of.
  const header = readFileSync(new URL('../../../native/socket_columns.h', import.meta.url), 'utf8');
  const structs = header.split(/^struct /m).slice(1);
  const visited = structs.map((text) => Array.from(text.matchAll(/visit\("(\w+)", (\w+)\)/g), ([, name]) => name));
  t.strictSame(visited, [Object.keys(INET_TYPES), Object.keys(UNIX_TYPES)]);
  t.end();
});

t.test('the error for an addon that does not load has remedies', async (t) => {
  const directory = t.testdir({
    dist: { src: { base: {}, kernel: {} } },
    'package.json': '{"name":"empty","type":"module"}',
  });
  for (const file of ['kernel/addon.js', 'kernel/addon_file.js', 'base/errors.js']) {
    writeFileSync(`${directory}/dist/src/${file}`, readFileSync(new URL(`../../src/${file}`, import.meta.url)));
  }
  const copy: typeof import('../../src/kernel/addon.js') = await import(`${directory}/dist/src/kernel/addon.js`);
  t.throws(() => copy.native(), {
    name: 'SockwatchError',
    code: 'ERR_NATIVE_LOAD',
    message: /^cannot load the native addon: /,
    hint: /"npm run build".*docs\/install\.md/,
  });
});

t.test('an error of ours is none of the kernel, also where it was made of one', (t) => {
  const kernel = Object.assign(new Error('socket: EPERM'), { code: 'EPERM', errno: 1, syscall: 'socket' });
  t.ok(isKernelError(kernel));
  t.notOk(isKernelError(new SockwatchError('ERR_NATIVE_LOAD', 'cannot load', { cause: kernel })));
  t.notOk(isKernelError(new SockwatchError('ERR_KERNEL', 'refused', { syscall: 'socket', errno: 1, cause: kernel })));
  t.end();
});
