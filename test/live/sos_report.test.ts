import t, { type Test } from 'tap';
import { evidenceAt } from '../../src/evidence/evidence_at.js';
import type { SnapshotDocument } from '../../src/snapshot/document/document.js';
import { reevaluate } from '../../src/snapshot/reevaluate.js';
import { builtinSpec } from '../../src/spec/builtin.js';
import { type Lab, startLab } from '../lab/lab.js';
import { sosReport } from '../lab/sos_report.js';
import { CLI, snapshotIn, verdictsOf } from './cli.js';

/*
 * What sos collects on the lab node, judged by `check`: on every row it has facts for, it says what --once says.
 */

/** Whether the file of a unix socket is still there is in no report. */
const CONTAINERD = 'containerd /run/containerd/containerd.sock';

/** Rows of services that listen on all addresses. */
const WILDCARD = /^\S+ (?:4244|6443|10250|9963|10257|10259)\/tcp$/;

const FAULTS = [
  'healthz-on-wildcard',
  'kubelet-of-kubeadm',
  'impostor-in-a-session',
  'impostor-in-a-container',
  'fan-device-on-8472',
  'k8sd-on-second-interface',
  'no-default-address',
];

async function judged(directory: string): Promise<SnapshotDocument> {
  const found: SnapshotDocument[] = [];
  for await (const one of evidenceAt(directory, '1.2.3')) {
    if ('error' in one) throw one.error;
    found.push(reevaluate(one.document, { spec: builtinSpec() }));
  }
  const [only, ...others] = found;
  if (only === undefined || others.length > 0) throw new Error(`one node was expected, ${found.length} were found`);
  return only;
}

async function compare(t: Test, lab: Lab): Promise<void> {
  const { stdout } = await lab.exec([process.execPath, CLI, '--once']);
  const live = verdictsOf(snapshotIn(stdout));
  for (const hasSs of [false, true]) {
    const said = verdictsOf(await judged(await sosReport(lab, t.testdir({}), { hasSs })));
    t.equal(said[CONTAINERD], 'unverified');
    // netstat prints an IPv6 wildcard the same with and without IPV6_V6ONLY.
    const isOpen = (subject: string): boolean =>
      subject === CONTAINERD || (!hasSs && WILDCARD.test(subject) && said[subject] === 'unverified');
    const pick = (from: Record<string, string>) =>
      Object.fromEntries(Object.entries(from).filter(([subject]) => !isOpen(subject)));
    t.strictSame(pick(said), pick(live), hasSs ? 'with ss' : 'with netstat alone');
  }
}

t.test('a report of sos', { timeout: 240_000 }, async (t) => {
  const lab = await startLab({ role: 'control-plane', family: 'dual' });
  t.teardown(() => lab.stop());
  await t.test('healthy', (t) => compare(t, lab));
  for (const fault of FAULTS) {
    await t.test(fault, async (t) => {
      t.teardown(() => lab.clear(fault));
      await lab.apply(fault);
      await compare(t, lab);
    });
  }
});
