import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Test } from 'tap';
import { evidenceAt } from '../../src/evidence/evidence_at.js';
import type { SnapshotDocument } from '../../src/snapshot/document/document.js';
import { reevaluate } from '../../src/snapshot/reevaluate.js';
import { loadSpec } from '../../src/spec/load.js';
import { type Member, tarGzOf } from './archive.js';
import { CONTROL_PLANE, inspectionReport, type Running } from './inspected_node.js';

const SPEC = await loadSpec({});

/** The nodes in an archive of these members, evaluated, and the messages of errors. */
export async function checked(t: Test, members: readonly Member[]) {
  const path = join(t.testdir({}), 'report.tar.gz');
  writeFileSync(path, tarGzOf(members));
  const nodes: SnapshotDocument[] = [];
  const errors: string[] = [];
  for await (const one of evidenceAt(path, '1.2.3')) {
    if ('document' in one) nodes.push(reevaluate(one.document, { spec: SPEC }));
    else errors.push(one.error.message);
  }
  return { nodes, errors };
}

/** The one node in an inspection report of these files. */
export async function only(t: Test, files: ReadonlyMap<string, string>): Promise<SnapshotDocument> {
  const { nodes, errors } = await checked(t, inspectionReport(files));
  t.strictSame(errors, []);
  const [node, ...others] = nodes;
  if (node === undefined || others.length > 0) throw new Error(`expected one node, found ${nodes.length}`);
  return node;
}

/** Verdicts that are neither ok nor not applicable: `kubelet 10250 wrong-owner not-its-unit`. */
export function remarkable({ findings }: SnapshotDocument): string[] {
  return findings
    .filter(({ verdict }) => verdict !== 'ok' && verdict !== 'not-applicable')
    .map(({ expected, verdict, code }) => `${expected?.service} ${expected?.port ?? 'unix'} ${verdict} ${code}`);
}

/** Rows of a healthy control plane whose facts are in no file of the report. */
export const WITHOUT_FACTS = [
  'cilium-agent 8472 unverified owner-unseen',
  'containerd unix unverified table-incomplete',
];

/** The processes of a control plane, with one of them changed. */
export function withProcess(service: string, change: Partial<Running>): Running[] {
  return CONTROL_PLANE.map((one) => (one.service === service ? { ...one, ...change } : one));
}
