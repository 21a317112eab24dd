import t from 'tap';
import type { InetColumns } from '../../../src/kernel/addon.js';
import { captureTables, type Table } from '../../../src/kernel/sockets/capture.js';
import { AF_INET, AF_INET6 } from '../../../src/kernel/sockets/states.js';
import { rawAddon } from '../raw_addon.js';
import { dump } from './dumps.js';

/* What capture.ts makes of a kernel that answers in part, played by stand-ins for the addon's functions. */

interface Kernel {
  /** Families whose dump is refused, and those whose dump is interrupted every time. */
  readonly refused?: readonly number[];
  readonly interrupted?: readonly number[];
  /** Contents of files in /proc/net; those that are left out cannot be read. */
  readonly files?: Readonly<Record<string, Uint8Array>>;
}

const TEXT = { tcp: dump('proc-net-tcp.txt'), tcp6: dump('proc-net-tcp6.txt') };

async function captureTcp({ refused = [], interrupted = [], files = {} }: Kernel): Promise<Table<InetColumns>> {
  const addon = rawAddon();
  const { dumpInet, readInNetns, decodeInet } = addon;
  addon.dumpInet = async (_netns, family) => {
    if (refused.includes(family)) throw new Error(`family ${family} is refused`);
    const columns = decodeInet(dump(family === AF_INET ? 'tcp4.bin' : 'tcp6.bin'));
    return { ...columns, interrupted: interrupted.includes(family), attempts: 1 };
  };
  addon.readInNetns = async (_netns, path) => {
    const bytes = files[path.replace('/proc/thread-self/net/', '')];
    if (bytes === undefined) throw new Error(`${path} cannot be read`);
    return bytes;
  };
  try {
    return (await captureTables({ netns: null, allowModuleLoad: true })).tcp;
  } finally {
    Object.assign(addon, { dumpInet, readInNetns });
  }
}

t.test('a table is partial if the dump of either family was interrupted', async (t) => {
  const errors = [{ code: 'table-changing', params: {} }];
  for (const interrupted of [[AF_INET], [AF_INET6], [AF_INET, AF_INET6]]) {
    const { source, columns, detailed } = await captureTcp({ interrupted, files: TEXT });
    t.match(source, { via: 'sock_diag', status: 'partial', errors, notes: [], rows: 9 });
    t.strictSame([columns.length, detailed], [2, true]);
  }
  t.match((await captureTcp({})).source, { via: 'sock_diag', status: 'ok', errors: [], rows: 9 });
});

t.test(
  'names of unix sockets that imitate lines: the owner is unknown, and what contradicts itself is missing',
  async (t) => {
    const line = (inode: number, name: string) =>
      `0000000000000000: 00000002 00000000 00010000 0001 01 ${inode}${name === '' ? '' : ` ${name}`}`;
    const read = async (...lines: string[]) => {
      const addon = rawAddon();
      const { dumpUnix, readInNetns } = addon;
      addon.dumpUnix = () => Promise.reject(new Error('refused'));
      addon.readInNetns = async () =>
        Buffer.from(`Num       RefCount Protocol Flags    Type St Inode Path\n${lines.join('\n')}\n`);
      try {
        return (await captureTables({ netns: null, allowModuleLoad: true })).unix.source;
      } finally {
        Object.assign(addon, { dumpUnix, readInNetns });
      }
    };
    const refused = { code: 'other-error', params: { text: 'refused' } };
    const ambiguous = { code: 'names-ambiguous', params: { lines: 2 } };
    t.match(await read(line(10001, '/a')), { status: 'ok', errors: [], notes: [refused], rows: 1 });
    const forged = [line(10001, `/a\n${line(10002, '/b')}`), line(10003, ''), line(10004, '')];
    t.match(await read(...forged), { status: 'ok', errors: [], notes: [refused, ambiguous] });
    const twice = [...forged.slice(0, 1), line(10003, ''), line(10004, ''), line(10005, '/c'), line(10002, '/d')];
    const errors = [{ code: 'names-contradict', params: { lines: 2 } }];
    t.match(await read(...twice), { status: 'partial', errors });
  },
);

t.test('if the dump of one family is refused, both are read from /proc/net, and the table is complete', async (t) => {
  const { source, columns, detailed } = await captureTcp({ refused: [AF_INET6], files: TEXT });
  const notes = [{ code: 'other-error', params: { text: 'family 10 is refused' } }];
  t.match(source, { via: '/proc/net', status: 'ok', errors: [], notes, rows: 9 });
  t.strictSame([columns.length, detailed], [2, false]);
});

t.test('if both ways fail in part, the more complete answer is used, and the table is partial', async (t) => {
  const one = await captureTcp({ refused: [AF_INET6] });
  t.match(one.source, { via: 'sock_diag', status: 'partial', notes: [], rows: 5 });
  t.match(
    one.source.errors.map(({ params }) => params),
    [{ text: 'family 10 is refused' }, { text: /\/tcp cannot be read$/ }, { text: /\/tcp6 cannot be read$/ }],
    'every reason is kept',
  );
  t.strictSame([one.columns.length, one.detailed], [1, true]);

  const other = await captureTcp({ refused: [AF_INET, AF_INET6], files: { tcp6: TEXT.tcp6 } });
  t.match(other.source, { via: '/proc/net', status: 'partial', rows: 4 });
  t.strictSame([other.columns.length, other.detailed], [1, false]);

  const none = await captureTcp({ refused: [AF_INET, AF_INET6] });
  t.match(none.source, { via: '/proc/net', status: 'failed', rows: 0 });
  t.strictSame(none.columns, []);
});

t.test('a malformed file is rejected as a whole', async (t) => {
  const files = { tcp: Buffer.from('x\nsomething else\n'), tcp6: TEXT.tcp6 };
  const { source } = await captureTcp({ refused: [AF_INET], files });
  t.match(source, {
    status: 'partial',
    errors: [{ code: 'other-error' }, { code: 'unknown-format', params: { file: 'tcp' } }],
  });
});
