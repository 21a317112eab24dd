import { EventEmitter } from 'node:events';
import { NetlinkSocket } from 'netlink/dist/netlink.js';
import type { RawNetlinkSocket } from 'netlink/dist/raw.js';
import t from 'tap';
import { native } from '../../../src/kernel/addon.js';
import { attributesIn, dumpRoutes, openRouteSocket } from '../../../src/kernel/network/rtnetlink.js';
import { attribute, NESTED, u32 } from './messages.js';

const NLMSG_ERROR = 2;
const NLMSG_DONE = 3;
const RTM_NEWLINK = 16;
const MULTI = 0x2;
const DUMP_INTR = 0x10;

interface Message {
  readonly type: number;
  readonly body: Buffer;
  readonly flags?: number;
}

const LINK: Message = {
  type: RTM_NEWLINK,
  body: Buffer.concat([Buffer.alloc(16, 7), attribute(3, Buffer.from('lo\0'))]),
};
const DONE: Message = { type: NLMSG_DONE, body: u32(0) };
const errno = (number: number): Buffer => u32(2 ** 32 - number);

/** A kernel that answers the requests of a real NetlinkSocket, one list of datagrams each. */
class FakeKernel extends EventEmitter {
  readonly requests: { type: number; flags: number; length: number }[] = [];
  readonly #answers: Message[][][];
  readonly #port: number;

  constructor(answers: Message[][][], port = 0) {
    super();
    this.#answers = answers;
    this.#port = port;
  }

  ref(): void {}
  unref(): void {}
  close(): void {}
  address(): { port: number; groups: number } {
    return { port: 77, groups: 0 };
  }

  send(data: Buffer | Buffer[], _options: unknown, callback?: (error?: Error) => void): void {
    const request = Buffer.concat([data].flat());
    this.requests.push({ type: request.readUInt16LE(4), flags: request.readUInt16LE(6), length: request.length });
    const sequence = request.readUInt32LE(8);
    callback?.();
    for (const datagram of this.#answers[this.requests.length - 1] ?? []) {
      const bytes = Buffer.concat(datagram.map((one) => messageBytes(one, sequence)));
      setImmediate(() => this.emit('message', bytes, { port: this.#port, groups: 0 }));
    }
  }
}

function messageBytes({ type, body, flags = MULTI }: Message, sequence: number): Buffer {
  const header = Buffer.alloc(16);
  header.writeUInt32LE(16 + body.length, 0);
  header.writeUInt16LE(type, 4);
  header.writeUInt16LE(flags, 6);
  header.writeUInt32LE(sequence, 8);
  header.writeUInt32LE(77, 12);
  return Buffer.concat([header, body, Buffer.alloc(-body.length & 3)]);
}

function socketTo(kernel: FakeKernel): NetlinkSocket {
  return new NetlinkSocket(kernel as unknown as RawNetlinkSocket);
}

t.test('a dump in several datagrams, split into fixed part and attributes', async (t) => {
  const kernel = new FakeKernel([[[LINK, LINK], [LINK], [DONE]]]);
  const messages = await dumpRoutes(socketTo(kernel), 'links');
  t.equal(messages.length, 3);
  t.strictSame(messages[0]?.header, Buffer.alloc(16, 7));
  t.equal(messages[0]?.attributes.get(3)?.toString(), 'lo\0');
  const REQUEST_ACK_DUMP = 0x1 | 0x4 | 0x300;
  t.strictSame(kernel.requests, [{ type: 18, flags: REQUEST_ACK_DUMP, length: 16 + 16 }]);
});

t.test('an empty table', async (t) => {
  t.strictSame(await dumpRoutes(socketTo(new FakeKernel([[[DONE]]])), 'routes'), []);
});

t.test('an interrupted dump is repeated, and an error if it stays so', async (t) => {
  const torn = [[{ ...LINK, flags: MULTI | DUMP_INTR }, DONE]];
  const once = new FakeKernel([torn, [[LINK, DONE]]]);
  t.equal((await dumpRoutes(socketTo(once), 'links')).length, 1);
  t.equal(once.requests.length, 2);
  const always = new FakeKernel(Array(10).fill(torn));
  await t.rejects(dumpRoutes(socketTo(always), 'links'), { message: 'dump-changing' });
  t.equal(always.requests.length, 4);
});

t.test('an interruption flagged in the last message only', async (t) => {
  // nl_dump_check_consistent() marks whatever message is next, which may be NLMSG_DONE.
  const torn = [[LINK, { ...DONE, flags: MULTI | DUMP_INTR }]];
  const kernel = new FakeKernel([torn, [[LINK, LINK, DONE]]]);
  t.equal((await dumpRoutes(socketTo(kernel), 'links')).length, 2);
});

t.test('an errno in NLMSG_ERROR or NLMSG_DONE is an error', async (t) => {
  const refused: Message = { type: NLMSG_ERROR, body: Buffer.concat([errno(1), Buffer.alloc(16)]), flags: 0 };
  await t.rejects(dumpRoutes(socketTo(new FakeKernel([[[refused]]])), 'links'), /EPERM/);
  const cut: Message = { type: NLMSG_DONE, body: errno(12) };
  await t.rejects(dumpRoutes(socketTo(new FakeKernel([[[LINK, cut]]])), 'links'), 'half a table is not a table');
});

t.test("an answer from another port than the kernel's is rejected", async (t) => {
  const stranger = new FakeKernel([[[LINK, DONE]]], 4242);
  await t.rejects(dumpRoutes(socketTo(stranger), 'links'), { message: 'dump-not-from-kernel' });
});

t.test('attributes by type: the last of a type, without flag bits', (t) => {
  const bytes = Buffer.concat([
    attribute(1, u32(1)),
    attribute(NESTED | 2, u32(2)),
    attribute(1, u32(3)),
    attribute(4),
  ]);
  t.strictSame(
    attributesIn(bytes),
    new Map([
      [1, u32(3)],
      [2, u32(2)],
      [4, Buffer.alloc(0)],
    ]),
  );
  t.strictSame(attributesIn(Buffer.alloc(0)), new Map());
  for (const broken of [Buffer.of(3, 0, 1, 0), Buffer.of(9, 0, 1, 0, 1), Buffer.of(4, 0)]) {
    t.throws(() => attributesIn(broken), Error, broken.toString('hex'));
  }
  t.end();
});

t.test('live: the links, addresses and routes of our own namespace', async (t) => {
  const socket = openRouteSocket(null);
  t.teardown(() => socket.close());
  const links = await dumpRoutes(socket, 'links');
  t.ok(links.some(({ attributes }) => attributes.get(3)?.toString() === 'lo\0'));
  t.ok((await dumpRoutes(socket, 'addresses')).every(({ header }) => header.length === 8));
  t.ok((await dumpRoutes(socket, 'routes')).every(({ header }) => header.length === 12));
  t.throws(() => openRouteSocket('/nowhere'), { code: 'ENOENT' });
  t.ok(native().netnsInode('/proc/thread-self/ns/net') > 0n);
});
