import type { Test } from 'tap';
import type { OwnedListener, ProcessOwner } from '../../../src/kernel/owners/owner.js';
import { diff, type SnapshotDiff } from '../../../src/snapshot/diff/diff.js';
import type { SnapshotDocument } from '../../../src/snapshot/document/document.js';
import { redact } from '../../../src/snapshot/redact/redact.js';
import type { Capture } from '../../../src/verdict/capture.js';
import { capture, device, listener, processOwner, row, spec, unixListener } from '../../verdict/factory.js';
import { documentOf } from '../document/document.js';
import { validDiff } from '../document/valid_diff.js';

export const PAGE = spec([
  row('localhost:10248', 'kubelet'),
  row('*:10250', 'kubelet'),
  row('default:6400', 'k8sd'),
  row('*:8472/udp', 'cilium-agent'),
]);

/** A process of a service after its `start`th start. */
export function run(name: string, start = 1, changes: Partial<ProcessOwner> = {}): ProcessOwner {
  const startedAt = `2026-01-31T12:00:${String(start).padStart(2, '0')}.000Z`;
  return processOwner(name, { pid: 100 * start + name.length, startedAt, unit: `${name}.service`, ...changes });
}

export function at(address: string, port: number, owner: ProcessOwner | null, changes: Partial<OwnedListener> = {}) {
  return listener(address, port, { owners: owner === null ? [] : [owner], ...changes });
}

export const HEALTHY = [
  at('127.0.0.1', 10248, run('kubelet')),
  at('::', 10250, run('kubelet'), { v6only: false }),
  at('192.0.2.2', 6400, run('k8sd')),
  at('0.0.0.0', 22, run('sshd')),
  at('::', 22, run('sshd'), { v6only: true }),
  listener('0.0.0.0', 8472, { protocol: 'udp', owners: [device('cilium_vxlan')] }),
  unixListener('/run/containerd/containerd.sock', { owners: [run('containerd')] }),
];

export function shot(sockets: readonly OwnedListener[], seen: Partial<Capture> = {}): SnapshotDocument {
  return documentOf(PAGE, capture(sockets, seen));
}

export const BEFORE = shot(HEALTHY);

/** The healthy node without the listeners on some ports, and with others added. */
export function changed(without: readonly (number | string)[], ...added: OwnedListener[]): SnapshotDocument {
  return shot([...HEALTHY.filter(({ port, path }) => !without.includes(port ?? path ?? '')), ...added]);
}

/** Compares, and checks what is true of every diff. */
export function compare(t: Test, before: SnapshotDocument, after: SnapshotDocument): SnapshotDiff {
  const result = diff(before, after);
  t.strictSame(validDiff(result), [], 'valid according to the schema');
  t.ok(
    result.differences.every(({ message }) => !/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u.test(message)),
    'one printable line each',
  );
  const back = diff(after, before);
  t.equal(back.different, result.different, 'symmetric');
  t.equal(back.differences.length, result.differences.length);
  const names = [...new Set(result.differences.map(kindOf))].sort();
  const redacted = diff(
    ...([before, after].map((one) => redact(one, { key: 'a key of sixteen.' })) as [typeof before, typeof after]),
  );
  t.strictSame([...new Set(redacted.differences.map(kindOf))].sort(), names, 'the same for redacted snapshots');
  t.equal(redacted.differences.length, result.differences.length);
  return result;
}

export const kindOf = ({ kind, matters }: SnapshotDiff['differences'][number]): string =>
  matters ? kind : `(${kind})`;

/** `kind program`, in parentheses if informational. */
export function summary({ differences }: SnapshotDiff): string[] {
  return differences.map((one) => {
    const what = 'program' in one ? one.program : 'fact' in one ? one.fact : 'source' in one ? one.source : one.subject;
    return one.matters ? `${one.kind} ${what}` : `(${one.kind} ${what})`;
  });
}
