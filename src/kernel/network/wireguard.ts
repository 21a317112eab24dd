import { native } from '../addon.js';

/**
 * UDP ports of WireGuard devices by name, without devices that the kernel does not report. They need their own netlink family and
 * CAP_NET_ADMIN. The package's module for it is loaded only if there is such a device.
 */
export async function wireguardPorts(netns: string | null, devices: readonly string[]): Promise<Map<string, number>> {
  const ports = new Map<string, number>();
  if (devices.length === 0) return ports;
  const { createWireGuard } = await import('netlink/dist/wg/wg.js');
  const open = (): ReturnType<typeof createWireGuard> =>
    createWireGuard({ ref: false, recvBufferSize: 1 << 20, sendBufferSize: 0 });
  const wireguard = await (netns === null ? open() : native().inNetns(netns, open));
  try {
    for (const device of devices) {
      const [first] = await wireguard.getDevice(device, { timeout: 2_000 });
      if (first?.listenPort !== undefined) ports.set(device, first.listenPort);
    }
  } finally {
    wireguard.socket.socket.close();
  }
  return ports;
}
