import type { Deadline } from '../base/deadline.js';
import { attachOwners, findOwners } from '../kernel/owners/attach_owners.js';
import type { OwnedListener } from '../kernel/owners/owner.js';
import { passWithin, startOwnerPass, startOwnerSearch } from '../kernel/owners/owner_source.js';
import { boundTcpSockets, merelyBound, socketsOfPass } from '../kernel/sockets/bound.js';
import type { Finding } from '../verdict/finding.js';
import type { CaptureTarget, NodeCapture } from './capture.js';

/**
 * TCP sockets that have the port of a missing listener without listening, which a hanging service leaves behind. Empty where
 * neither the kernel lists them nor eBPF can be used.
 */
export async function captureBound(
  findings: readonly Finding[],
  { netns, owners: mode, allowModuleLoad }: CaptureTarget,
  { node, network }: NodeCapture,
  deadline: Deadline,
): Promise<readonly OwnedListener[]> {
  const ports = findings.flatMap(({ verdict, expected }) =>
    verdict === 'missing' && expected?.protocol === 'tcp' && expected.port !== null ? [expected.port] : [],
  );
  if (ports.length === 0) return [];
  const context = { netns: node.netns, devices: network.deviceNames };
  const listed = await boundTcpSockets(new Set(ports), { netns, allowModuleLoad }, context).catch(() => null);
  const firstPass = listed === null ? startOwnerPass(mode, Number(node.netns)) : undefined;
  const pass = await passWithin(firstPass, deadline);
  const seen = pass === null ? [] : merelyBound(socketsOfPass('tcp', new Set(ports), pass, context));
  const bound = listed ?? seen;
  if (bound.length === 0) return [];
  const search = startOwnerSearch(mode, { deadline, firstPass });
  return attachOwners(bound, (await findOwners(bound, mode, search)).found);
}
