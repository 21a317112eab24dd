import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import t from 'tap';
import { networkFacts } from '../../../src/kernel/network/facts.js';
import { wireguardPorts } from '../../../src/kernel/network/wireguard.js';

t.test('without a WireGuard device no namespace is entered', async (t) => {
  t.strictSame(await wireguardPorts(null, []), new Map());
  t.strictSame(await wireguardPorts('/nowhere', []), new Map());
});

t.test('ports that cannot be read are an error', async (t) => {
  // `lo` is no WireGuard device, and where the kernel has no WireGuard there is nobody to ask.
  await t.rejects(wireguardPorts(null, ['lo']), Error);
  await t.rejects(wireguardPorts('/nowhere', ['wg0']), { code: 'ENOENT' });
});

const make = 'ip link add cilium_wg0 type wireguard && ip link set cilium_wg0 up && echo up && exec cat';
const child = spawn('unshare', ['-n', 'sh', '-c', make], { stdio: ['pipe', 'pipe', 'pipe'] });
const complaint = text(child.stderr);
const up = await Promise.race([once(child.stdout, 'data').then(() => true), once(child, 'exit').then(() => false)]);
const skip = up ? false : `a WireGuard device cannot be made here: ${(await complaint).trim()}`;

t.test('the port of a WireGuard device proves its owner', { skip }, async (t) => {
  t.teardown(() => child.kill());
  const { tunnels, source } = await networkFacts(`/proc/${child.pid}/ns/net`);
  t.match(source, { status: 'ok', note: null });
  t.strictSame(
    tunnels.map(({ device, kind }) => [device, kind]),
    [['cilium_wg0', 'wireguard']],
  );
  t.ok(tunnels.every(({ port }) => port > 0));
});
