import type { Origin, OwnedListener, Owner, ProcessOwner } from '../../kernel/owners/owner.js';
import { programName, unknownOwnerText } from '../../verdict/text/format.js';
import { type ProcessDetails, type ProcessesRead, processKey } from '../state.js';
import { ageText, dateText } from '../text.js';
import { field, optional, type Part } from './part.js';

/** `processes`: what was read of them besides, for a line that is there now. `isStranger`: their names prove nothing. */
export function ownersParts(
  socket: OwnedListener,
  now: number,
  processes: ProcessesRead = new Map(),
  isStranger = false,
): Part[] {
  const { owners, origin } = socket;
  if (owners.length > 0) {
    return owners.flatMap((owner, at) => ownerParts(owner, owners.length, at, now, processes, isStranger));
  }
  return [
    field('owner', `unknown: ${unknownOwnerText(socket)}`, 'unknown'),
    // Without a unit, the line above names the cgroup.
    ...optional('cgroup', origin?.unit == null ? null : origin.cgroup),
    ...(origin === null ? [] : podParts(origin)),
  ];
}

export function ownerParts(
  owner: Owner,
  count: number,
  at: number,
  now: number,
  processes: ProcessesRead = new Map(),
  isStranger = false,
): Part[] {
  const name = count > 1 ? `owner ${at + 1}/${count}` : 'owner';
  if (owner.kind === 'kernel') return [field(name, `the kernel, for device ${owner.device} (${owner.deviceKind})`)];
  const program = programName(owner);
  return [
    field(
      name,
      `${isStranger ? `"${program}"` : program}   pid ${owner.pid}${owner.fd === null ? '' : `   fd ${owner.fd}`}`,
      'bold',
    ),
    ...optional('exe', owner.exe),
    // Without names that the lines above have already.
    ...optional('argv[0]', owner.argv0 === owner.exe ? null : owner.argv0),
    ...optional('comm', owner.comm === program ? null : owner.comm),
    ...optional('started', startText(owner, now)),
    ...originParts(processes.get(processKey(owner))),
    ...optional('unit', owner.unit),
    ...optional('cgroup', owner.cgroup),
    ...podParts(owner),
  ];
}

function podParts({ pod, container, podNamespace, podName, containerName }: Omit<Origin, 'cgroup' | 'unit'>): Part[] {
  return [
    ...optional('pod', podName === undefined ? pod : `${podNamespace}/${podName}   ${pod}`),
    ...optional('container', containerName === undefined ? container : `${containerName}   ${container ?? ''}`),
  ];
}

function originParts(details: ProcessDetails | undefined): Part[] {
  if (details === undefined) return [];
  const { uid, user, parent } = details;
  return [
    field('user', user === null ? `uid ${uid}` : `${user}   uid ${uid}`),
    ...optional('parent', parent === null ? null : `${parent.comm}   pid ${parent.pid}`),
  ];
}

function startText({ startedAt }: ProcessOwner, now: number): string | null {
  return startedAt === null ? null : `${dateText(startedAt)} (${ageText(now - Date.parse(startedAt))} ago)`;
}
