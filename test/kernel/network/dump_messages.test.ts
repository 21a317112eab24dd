import t, { type Test } from 'tap';
import { type Addon, native } from '../../../src/kernel/addon.js';
import { attributesIn, type Dump, dumpMessages, messageIn } from '../../../src/kernel/network/dump_messages.js';
import { attribute, NESTED, u32 } from './messages.js';

const DUMP: Dump = { protocol: 0, type: 18, payload: Buffer.alloc(16), headerLength: 16, what: 'links' };
const LINK = Buffer.concat([Buffer.alloc(16, 7), attribute(3, Buffer.from('lo\0'))]);

/** Replaces the addon's function during a test. */
function answer(t: Test, dumpNetlink: Addon['dumpNetlink']): void {
  const addon = native();
  const real = addon.dumpNetlink;
  t.teardown(() => Object.assign(addon, { dumpNetlink: real }));
  Object.assign(addon, { dumpNetlink });
}

const payloads = (...list: Buffer[]) => ({
  payloads: Uint8Array.from(Buffer.concat(list)),
  ends: Uint32Array.from(list, (_, at) => Buffer.concat(list.slice(0, at + 1)).length),
});

t.test('messages are split into fixed part and attributes', async (t) => {
  const requests: unknown[] = [];
  answer(t, async (...request) => {
    requests.push(request);
    return { ...payloads(LINK, LINK), interrupted: false, attempts: 1 };
  });
  const messages = await dumpMessages(null, DUMP);
  t.equal(messages.length, 2);
  t.strictSame(messages[1]?.header, Buffer.alloc(16, 7));
  t.equal(messages[1]?.attributes.get(3)?.toString(), 'lo\0');
  t.strictSame(requests, [[null, 0, 18, Buffer.alloc(16), 'links']]);
});

t.test('an empty table', async (t) => {
  answer(t, async () => ({ ...payloads(), interrupted: false, attempts: 1 }));
  t.strictSame(await dumpMessages(null, DUMP), []);
});

t.test('a table that keeps changing is an error', async (t) => {
  answer(t, async () => ({ ...payloads(LINK), interrupted: true, attempts: 4 }));
  await t.rejects(dumpMessages(null, DUMP), { message: 'dump-changing' });
});

t.test('a refusal of the kernel is an error of the dump, any other one stays what it is', async (t) => {
  const failing = (syscall: string) => async () => {
    throw Object.assign(new Error('refused'), { syscall, code: 'EPERM', errno: 1 });
  };
  answer(t, failing('NLMSG_ERROR'));
  const fault = { code: 'dump-broke-off', params: { dump: 'links', errno: 'EPERM' } };
  await t.rejects(dumpMessages(null, DUMP), { message: 'dump-broke-off', fault });
  answer(t, failing('socket'));
  await t.rejects(dumpMessages(null, DUMP), { syscall: 'socket', code: 'EPERM' });
});

t.test('a message that is shorter than its fixed part is an error', (t) => {
  t.throws(() => messageIn(Buffer.alloc(15), 16), RangeError);
  t.strictSame(messageIn(Buffer.alloc(16), 16), { header: Buffer.alloc(16), attributes: new Map() });
  t.end();
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
