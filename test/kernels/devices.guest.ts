import { spawnSync } from 'node:child_process';
import t from 'tap';
import type { Change } from '../../src/snapshot/document/change.js';
import { follow, HAS_EBPF, mustRun, once, ownersOf, PATIENCE_MS } from './guest.js';

/* Kernel sockets of network devices: their ports are known, and so is their owner. */

/** With the ports that they have where nothing else is requested. */
const DEVICES = [
  { name: 'cilium_vxlan', argv: ['type', 'vxlan', 'external', 'dstport', '8472'], port: 8472 },
  { name: 'vx4', argv: ['type', 'vxlan', 'id', '7', 'dstport', '4789', 'local', '127.0.0.1', 'dev', 'lo'], port: 4789 },
  { name: 'gnv', argv: ['type', 'geneve', 'external'], port: 6081 },
  { name: 'cilium_wg0', argv: ['type', 'wireguard'], port: null },
] as const;

const ip = (...argv: readonly string[]): string => mustRun('ip', ...argv);

function portsOf(device: string): number[] {
  const places = Object.entries(ownersOf(once())).filter(([, owners]) => owners.includes(device));
  return [...new Set(places.map(([place]) => Number(place.slice(place.lastIndexOf(':') + 1))))];
}

t.test('the sockets of a device are the kernel’s', (t) => {
  for (const { name, argv, port } of DEVICES) {
    ip('link', 'add', name, ...argv);
    t.strictSame(portsOf(name), [], `${name} is down`);
    ip('link', 'set', name, 'up');
    const ports = portsOf(name);
    // WireGuard chooses a port when it comes up.
    if (port === null) t.ok(ports.length === 1 && (ports[0] ?? 0) > 0, `${name} is up`, { ports });
    else t.strictSame(ports, [port], `${name} is up`);
    ip('link', 'del', name);
    t.strictSame(portsOf(name), [], `${name} was deleted`);
  }
  t.end();
});

t.test(
  '--follow names the device in the way of a bind',
  { skip: !HAS_EBPF && 'without eBPF there are no failed binds' },
  async (t) => {
    ip('link', 'add', 'ftun0', 'type', 'vxlan', 'external', 'dstport', '8472');
    ip('link', 'set', 'ftun0', 'up');
    const stream = await follow(t, '--interval', '1');
    const bind = 'import socket; socket.socket(socket.AF_INET, socket.SOCK_DGRAM).bind(("0.0.0.0", 8472))';
    t.equal(spawnSync('python3', ['-c', bind]).status, 1);
    const byDevice = (change: Change) => change.event === 'bind-failed' && change.message.includes('ftun0');
    await stream.until((changes) => changes.some(byDevice), 'the failed bind', PATIENCE_MS);
    ip('link', 'del', 'ftun0');
    const closed = (change: Change) => change.event === 'closed' && change.socket.port === 8472;
    await stream.until((changes) => changes.some(closed), 'the closing', PATIENCE_MS);
    t.equal(await stream.stop(), 0);
  },
);
