import { spawnSync } from 'node:child_process';
import t from 'tap';
import { native } from '../../../src/kernel/addon.js';
import { messageIn } from '../../../src/kernel/network/dump_messages.js';
import { networkFacts } from '../../../src/kernel/network/facts.js';
import { deviceRequest, listenPort, wireguardFamily, wireguardPorts } from '../../../src/kernel/network/wireguard.js';
import { CLOSED_NETNS, startNetns } from '../netns.js';
import { attribute, text, u32 } from './messages.js';

const u16 = (value: number): Buffer => Buffer.of(value & 0xff, value >> 8);
/** struct genlmsghdr, and attributes. */
const generic = (command: number, ...attributes: Buffer[]) =>
  messageIn(Buffer.concat([Buffer.of(command, 1, 0, 0), ...attributes]), 4);

t.test('the family is found by its name', (t) => {
  const families = [
    generic(1, attribute(2, text('nlctrl')), attribute(1, u16(16))),
    generic(1, attribute(2, text('wireguard2')), attribute(1, u16(30))),
    generic(1, attribute(2, text('wireguard')), attribute(1, u16(31)), attribute(3, u32(1))),
  ];
  t.equal(wireguardFamily(families), 31);
  const fault = { code: 'dump-broke-off', params: { dump: 'wireguard', errno: 'ENOENT' } };
  t.throws(() => wireguardFamily(families.slice(0, 2)), { message: 'dump-broke-off', fault });
  t.end();
});

t.test('a device is asked for with command 0', (t) => {
  // enum wg_cmd in include/uapi/linux/wireguard.h: WG_CMD_GET_DEVICE 0, WG_CMD_SET_DEVICE 1.
  const { protocol, type, payload } = deviceRequest(31, 7);
  t.strictSame([protocol, type], [16, 31]);
  t.equal(Buffer.from(payload).toString('hex'), '0001000008000100' + '07000000');
  t.end();
});

t.test('the port is in host order, in the first message of a device', (t) => {
  const first = generic(0, attribute(1, u32(7)), attribute(2, text('wg0')), attribute(6, u16(51871)));
  const peers = generic(0, attribute(8, Buffer.alloc(8)));
  t.equal(listenPort([first, peers]), 51871);
  t.equal(listenPort([peers]), null);
  t.throws(() => listenPort([generic(0, attribute(6, Buffer.of(1)))]), Error, 'a length that does not fit');
  t.end();
});

t.test('without a WireGuard device no namespace is entered', async (t) => {
  t.strictSame(await wireguardPorts(null, []), new Map());
  t.strictSame(await wireguardPorts(CLOSED_NETNS, []), new Map());
});

t.test('ports that cannot be read are an error', async (t) => {
  // The loopback interface is no WireGuard device, and this kernel may have no WireGuard.
  await t.rejects(wireguardPorts(null, [1]), { message: 'dump-broke-off' });
  await t.rejects(wireguardPorts(CLOSED_NETNS, [1]), { code: 'EBADF' });
});

const made = spawnSync('unshare', ['-n', 'ip', 'link', 'add', 'wg0', 'type', 'wireguard'], { encoding: 'utf8' });
const skip = made.status === 0 ? false : `a WireGuard device cannot be made here: ${made.stderr.trim()}`;

t.test('live: the port of a WireGuard device proves its owner', { skip }, async (t) => {
  const netns = native().openNetns(
    await startNetns(t, 'ip link add cilium_wg0 type wireguard && ip link set cilium_wg0 up'),
  );
  t.teardown(() => netns.close());
  const { tunnels, source } = await networkFacts(netns);
  t.match(source, { status: 'ok', notes: [] });
  t.strictSame(
    tunnels.map(({ device, kind }) => [device, kind]),
    [['cilium_wg0', 'wireguard']],
  );
  t.ok(tunnels.every(({ port }) => port > 0));
});
