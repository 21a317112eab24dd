import t, { type Test } from 'tap';
import type { SnapshotDocument } from '../../src/snapshot/document/document.js';
import type { Expectation, Fault } from '../lab/faults/fault.js';
import { SETUPS } from '../lab/faults/setups.js';
import { FAULTS, obstacle } from '../lab/faults.js';
import { describeNode } from '../lab/healthy.js';
import { type Lab, type LabOptions, startLab } from '../lab/lab.js';
import { CLI, snapshotIn, subjectOf, verdictsOf } from './cli.js';
import { checkWithLess } from './less_evidence.js';

// The lab makes namespaces, so all of this needs root; `npm test` sees to that.

const LABS: readonly LabOptions[] = [
  { role: 'control-plane', family: 'dual' },
  { role: 'worker', family: 'ipv4' },
];

async function once(lab: Lab, ...options: string[]): Promise<{ code: number; document: SnapshotDocument }> {
  const { code, stdout, stderr } = await lab.exec([process.execPath, CLI, '--once', ...options]);
  if (stderr !== '') throw new Error(stderr);
  return { code, document: snapshotIn(stdout) };
}

/** `kubelet 10250/tcp` for a row, as subjectOf has it. */
function nameOf({ subject }: Expectation): string {
  switch (subject.kind) {
    case 'row':
      return `${subject.service} ${subject.port}/${subject.protocol}`;
    case 'unix-row':
      return `${subject.service} ${subject.path}`;
    case 'listener':
      return `listener ${subject.port}/${subject.protocol}`;
  }
}

/** The exit code that design and README promise for these findings. */
function promisedCode(document: SnapshotDocument): number {
  if (document.findings.some(({ severity }) => severity === 'error' || severity === 'warning')) return 1;
  const isOpen = document.findings.some(({ verdict, code }) => verdict === 'unverified' || code === 'not-bootstrapped');
  return isOpen || !document.coverage.complete ? 3 : 0;
}

function checkCulprit(t: Test, lab: Lab, document: SnapshotDocument, expectation: Expectation): void {
  const at = document.findings.findIndex((_, index) => subjectOf(document, index) === nameOf(expectation));
  const finding = document.findings[at];
  if (finding === undefined) {
    t.fail(`no finding about ${nameOf(expectation)}`);
    return;
  }
  const sockets = document.sockets.filter(({ id }) => finding.sockets.includes(id));
  const { culprit, severity, matchedBy, ownersUnknown } = expectation;
  if (severity !== undefined) t.equal(finding.severity, severity, 'severity');
  if (matchedBy !== undefined) t.equal(finding.matchedBy, matchedBy, 'matchedBy');
  if (ownersUnknown !== undefined) {
    // Where the machine has processes that even root may not read, the holder might be one of them.
    const owners = document.coverage.sources.find(({ name }) => name === 'owners');
    const unreadable = [...(owners?.errors ?? []), ...(owners?.notes ?? [])].some(
      ({ code }) => code === 'processes-unreadable',
    );
    t.equal(sockets[0]?.ownersUnknown, unreadable ? 'permission' : ownersUnknown, 'why the owner is unknown');
    t.ok(sockets[0]?.origin, 'the cgroup it was made in is named instead');
  }
  if (culprit === undefined) return;
  const pid = culprit.process === undefined ? undefined : lab.processes.get(culprit.process);
  const found = sockets
    .flatMap(({ owners }) => owners)
    .some((owner) =>
      owner.kind === 'kernel'
        ? owner.device === culprit.device
        : culprit.device === undefined &&
          (pid === undefined || owner.pid === pid) &&
          (culprit.comm === undefined || owner.comm === culprit.comm) &&
          (culprit.exe === undefined || owner.exe?.split('/').at(-1) === culprit.exe) &&
          (culprit.unit === undefined || owner.unit === culprit.unit),
    );
  t.ok(found, `the culprit is named: ${JSON.stringify(culprit)}`, { sockets });
  const named = culprit.device ?? (pid === undefined ? null : `pid ${pid}`);
  if (named !== null) t.ok(finding.message.includes(named), 'and stands in the message', { message: finding.message });
}

async function checkFault(t: Test, lab: Lab, fault: Fault, healthy: Record<string, string>): Promise<void> {
  await lab.apply(fault.name);
  const { code, document } = await once(lab);
  const expected = lab.expectations();
  const changed = Object.fromEntries(expected.map((one) => [nameOf(one), one.verdict as string]));
  t.strictSame(verdictsOf(document), { ...healthy, ...changed }, 'these verdicts change and no other');
  for (const one of expected) checkCulprit(t, lab, document, one);
  t.equal(code, promisedCode(document), 'exit code');
  if (fault.name === 'not-bootstrapped') t.equal(code, 3, 'neither right nor wrong');
  else if (SETUPS.includes(fault)) t.equal(code, 0, 'as healthy as the usual set-up');
  checkWithLess(t, document);
  await lab.clear(fault.name);
}

for (const options of LABS) {
  t.test(`every fault on a ${options.family} ${options.role}`, { timeout: 240_000 }, async (t) => {
    const lab = await startLab(options);
    t.teardown(() => lab.stop());
    const { code, document } = await once(lab);
    t.equal(code, 0, 'healthy to begin with');
    const healthy = verdictsOf(document);
    const node = describeNode(lab.role, lab.family, lab.containerdPath);
    for (const fault of FAULTS) {
      const reason = obstacle(fault, node);
      if (reason === null) await t.test(fault.name, (t) => checkFault(t, lab, fault, healthy));
    }
    t.strictSame(verdictsOf((await once(lab)).document), healthy, 'healthy again in the end');
  });
}
