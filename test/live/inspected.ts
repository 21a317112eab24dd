import type { Test } from 'tap';
import { evidenceAt } from '../../src/evidence/evidence_at.js';
import type { SnapshotDocument } from '../../src/snapshot/document/document.js';
import { reevaluate } from '../../src/snapshot/reevaluate.js';
import { builtinSpec } from '../../src/spec/builtin.js';
import { inspectTarball } from '../lab/inspect_tarball.js';
import type { Lab } from '../lab/lab.js';
import { subjectOf } from './cli.js';

/** The tarball of `k8s inspect` has no unix sockets, and `ip a` does not say which port a VXLAN device has. */
const LACKS = ['containerd /run/containerd/containerd.sock', 'cilium-agent 8472/udp'];

type Found = Pick<SnapshotDocument['findings'][number], 'verdict' | 'configuration'>;

/** Verdicts and settings by subject. The address of k8sd is in another of its files there. */
function findingsIn(document: SnapshotDocument): Readonly<Record<string, Found>> {
  const all = document.findings.map(({ verdict, configuration }, at) => [
    subjectOf(document, at),
    { verdict, configuration: configuration?.source.kind === 'state-file' ? null : configuration },
  ]);
  return Object.fromEntries(all);
}

async function judged(t: Test, lab: Lab): Promise<SnapshotDocument> {
  const tarball = await inspectTarball(lab, { directory: t.testdir() });
  for await (const one of evidenceAt(tarball, '1.2.3')) {
    if ('document' in one) return reevaluate(one.document, { spec: builtinSpec() });
    throw one.error;
  }
  throw new Error('nothing was found');
}

/** Looks whether the tarball of the node is judged like the node itself, but for the rows whose facts it lacks. */
export async function checkInspected(t: Test, lab: Lab, document: SnapshotDocument, title: string): Promise<void> {
  const [live, bundled] = [findingsIn(document), findingsIn(await judged(t, lab))];
  t.strictSame(Object.keys(bundled).sort(), Object.keys(live).sort(), `${title}, inspected: the same subjects`);
  for (const [subject, found] of Object.entries(live)) {
    const inspected = bundled[subject];
    if (LACKS.includes(subject) && inspected?.verdict === 'unverified') continue;
    t.strictSame(inspected, found, `${title}, inspected: ${subject}`);
  }
}
