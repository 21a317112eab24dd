import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { AF_INET, IP_PROTOCOL } from '../../src/kernel/sockets/states.js';
import { rawAddon } from '../kernel/raw_addon.js';
import { ROOT } from './toolchain.js';

const ALL_STATES = 0xffff_ffff;
const NETLINK_ROUTE = 0;
const RTM_GETLINK = 18;
const OWN_NETNS = '/proc/self/ns/net';
const isRoot = process.getuid?.() === 0;

/** All calls with an increasing number of allocations that succeed (failing_new.cc): each succeeds or fails with ENOMEM. */
export async function outOfMemory(): Promise<void> {
  const addon = rawAddon();
  const dump = (name: string): Buffer => readFileSync(join(ROOT, 'test', 'fixtures', 'dumps', `${name}.bin`));
  const self = Uint32Array.of(process.pid);
  const netns = isRoot ? addon.openNetns(OWN_NETNS) : null;
  const calls: Readonly<Record<string, () => unknown>> = {
    dumpInet: () => addon.dumpInet(netns, AF_INET, IP_PROTOCOL.tcp, ALL_STATES),
    dumpUnix: () => addon.dumpUnix(null, ALL_STATES),
    decodeInet: () => addon.decodeInet(dump('tcp4')),
    decodeUnix: () => addon.decodeUnix(dump('unix')),
    readInNetns: () => addon.readInNetns(null, '/proc/self/mountinfo'),
    findOwners: () => addon.findOwners('/proc', new Uint32Array()),
    processFacts: () => addon.processFacts('/proc', self, self),
    dumpNetlink: () => addon.dumpNetlink(netns, NETLINK_ROUTE, RTM_GETLINK, new Uint8Array(16), 'links'),
    ownNetnsInode: () => addon.ownNetnsInode(),
    watchRoutes: () => addon.watchRoutes(netns, () => {})(),
    ...(isRoot
      ? {
          openNetns: () => addon.openNetns(OWN_NETNS).close(),
          iterateOwners: () => addon.iterateOwners?.(1),
          openEvents: () => {
            const stream = addon.openEvents?.(() => {}, null);
            try {
              stream?.take();
            } finally {
              stream?.close();
            }
          },
        }
      : {}),
  };
  for (const [name, call] of Object.entries(calls)) {
    let failures = 0;
    // findOwners() uses fewer threads if one cannot be started, and so may succeed before it has all its memory.
    for (let granted = 0, successes = 0; successes < 5; granted++) {
      process.env['ADDON_ALLOCATIONS'] = String(granted);
      try {
        await call();
        successes++;
      } catch (error) {
        successes = 0;
        assert.equal((error as { code?: string }).code, 'ENOMEM', `${name} with ${granted} allocations: ${error}`);
        failures++;
      }
    }
    delete process.env['ADDON_ALLOCATIONS'];
    await call();
    assert.ok(failures > 0, `${name} allocates memory`);
  }
}
