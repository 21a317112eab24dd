import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { toJson } from '../../src/report/json.js';
import { diff, type SnapshotDiff } from '../../src/snapshot/diff/diff.js';
import type { SnapshotDocument } from '../../src/snapshot/document/document.js';
import { redact } from '../../src/snapshot/redact/redact.js';
import { builtinSpec } from '../../src/spec/builtin.js';
import { evaluate } from '../../src/verdict/evaluate.js';
import { joined } from '../joined.js';
import { SETUPS } from '../lab/faults/setups.js';
import { FAULTS, obstacle } from '../lab/faults.js';
import { describeNode } from '../lab/healthy.js';
import { type Lab, type LabOptions, startLab } from '../lab/lab.js';
import { validDiff } from '../snapshot/document/valid_diff.js';
import { CLI, snapshotIn, verdictsOf } from './cli.js';

const LABS: readonly LabOptions[] = [
  { role: 'control-plane', family: 'dual' },
  { role: 'worker', family: 'ipv4' },
];

const KEY = 'x'.repeat(32);

interface Snapshots {
  readonly plain: SnapshotDocument;
  readonly redacted: SnapshotDocument;
}

/** Takes a snapshot and redacts it; both must have the same verdicts. */
async function take(t: Test, lab: Lab): Promise<Snapshots> {
  const { stdout, stderr } = await lab.exec([process.execPath, CLI, '--once']);
  t.equal(stderr, '');
  const plain = snapshotIn(stdout);
  const redacted = snapshotIn(joined(toJson(redact(plain, { key: KEY }))));
  const text = joined(toJson(redacted));
  t.strictSame(
    secretsOf(plain, lab).filter((secret) => text.includes(secret)),
    [],
    'the redacted snapshot contains nothing that identifies the node',
  );
  const { node, sockets, bound = [], files, coverage } = redacted;
  const seen = { node: { ...node, markedRole: null }, sockets, bound, files, coverage };
  const again = evaluate(builtinSpec(), seen, node.role);
  t.strictSame(again.findings, redacted.findings, 'evaluating it again gives the same findings');
  const verdicts = ({ findings }: SnapshotDocument): unknown =>
    findings.map(({ verdict, severity, matchedBy, expected }) => [verdict, severity, matchedBy, expected]);
  t.strictSame(verdicts(redacted), verdicts(plain), 'and the same verdicts as the original');
  return { plain, redacted };
}

/** Everything in the lab that would identify a node. */
function secretsOf({ node, sockets }: SnapshotDocument, lab: Lab): string[] {
  const owners = sockets.flatMap(({ owners }) => owners.filter((owner) => owner.kind === 'process'));
  return [
    node.hostname,
    lab.directory.split('/').at(-1) ?? '',
    ...node.interfaces.flatMap(({ addresses }) => addresses).filter((one) => !/^127\.|^::1$/.test(one)),
    ...owners.flatMap(({ pod, container }) => [pod, container].filter((one) => one !== null)),
    ...['intruder', 'impostor', 'backdoor', 'trapdoor', '[31m'],
  ].filter((one) => one !== '');
}

function diffOf(t: Test, before: Snapshots, after: Snapshots): SnapshotDiff {
  const [plain, redacted] = [diff(before.plain, after.plain), diff(before.redacted, after.redacted)];
  t.strictSame(validDiff(plain), []);
  t.strictSame(kindsOf(redacted), kindsOf(plain), 'redaction does not change the differences');
  return plain;
}

function kindsOf({ differences }: SnapshotDiff): string[] {
  return differences.map(({ kind, matters }) => `${kind} ${matters}`).sort();
}

/** The programs that significant differences may name; k8sd and containerd for faults not listed. */
const CULPRITS: Readonly<Record<string, RegExp>> = {
  'fan-device-on-8472': /^ftun0$/,
  'vxlan-gone': /^cilium_vxlan$/,
  'operator-elsewhere': /^cilium-operator-generic$/,
  'kube-proxy-gone': /^kube-proxy$/,
  'api-server-down': /^kube(?:let|-.*)$/,
  'hidden-proxy': /^kube-proxy$/,
  'scheduler-gone': /^kube-scheduler$/,
  'healthz-on-wildcard': /^kubelet$/,
  'healthz-in-options-file': /^kubelet$/,
  'gops-on-default': /^cilium-agent$/,
  'foreign-on-10250': /^intruder$/,
  'reuseport-intruder': /^intruder$/,
  'kubelet-impostor': /^kubelet$/,
  'kubelet-of-kubeadm': /^kubelet$/,
  'impostor-in-another-service': /^kubelet$/,
  'impostor-in-a-user-manager': /^kubelet$/,
  'impostor-in-a-container': /^kubelet$/,
  'impostor-in-a-session': /^kubelet$/,
  'agent-outside-pods': /^cilium-agent$/,
  'etcd-only-on-loopback': /^etcd$/,
  'controller-on-loopback': /^kube-controller-manager$/,
  'apiserver-v6only': /^kube-apiserver$/,
  'unexpected-tcp': /^backdoor$/,
  'unexpected-udp': /^trapdoor$/,
  'unexpected-loopback': /^debugger$/,
  'services-of-pebble': /^(?:etcd|kube.*|k8s.*|containerd)$/,
  'hostile-name': /^\\x1b\[31mkubelet$/,
};

async function checkFault(t: Test, lab: Lab, healthy: Snapshots, fault: string): Promise<void> {
  await lab.apply(fault);
  const faulty = await take(t, lab);
  const [before, after] = [verdictsOf(healthy.plain), verdictsOf(faulty.plain)];
  const { differences } = diffOf(t, healthy, faulty);
  const changed = [...new Set([...Object.keys(before), ...Object.keys(after)])].filter(
    (one) => before[one] !== after[one],
  );
  const verdicts = differences.filter((one) => one.kind === 'verdict');
  t.equal(verdicts.length, changed.length, 'one difference for each changed verdict');
  for (const one of differences) {
    if ('program' in one && one.matters) t.match(one.program, CULPRITS[fault] ?? /^(?:k8sd|containerd)$/, one.message);
  }
  for (const { subject, verdict } of lab.expectations()) {
    const place = subject.kind === 'unix-row' ? subject.path : `:${subject.port}/${subject.protocol}`;
    const reported = verdicts.find((one) => one.subject.includes(place));
    if (reported === undefined) t.equal(verdict, 'ok', `${place} is unchanged`);
    else t.equal(reported.after?.verdict, verdict, reported.message);
  }
  await lab.clear(fault);
}

for (const options of LABS) {
  t.test(`diff on a ${options.family} ${options.role}`, { timeout: 300_000 }, async (t) => {
    const lab = await startLab(options);
    t.teardown(() => lab.stop());
    const node = describeNode(lab.role, lab.family, lab.containerdPath);
    const healthy = await take(t, lab);
    for (const fault of FAULTS) {
      if (SETUPS.includes(fault) || obstacle(fault, node) !== null) continue;
      await t.test(fault.name, (t) => checkFault(t, lab, healthy, fault.name));
    }
  });
}

t.test('a restarted service is only reported as restarted', { timeout: 120_000 }, async (t) => {
  const lab = await startLab({ role: 'control-plane', family: 'ipv4' });
  t.teardown(() => lab.stop());
  const directory = t.testdir({ key: KEY, old: '' });
  const at = (name: string): string => join(directory, name);
  const snap = async (name: string, ...more: string[]): Promise<void> => {
    const argv = [process.execPath, CLI, '--once', ...more, '--output', at(name)];
    t.match(await lab.exec(argv), { code: 0, stdout: '', stderr: '' });
  };
  const compare = (...argv: string[]) => spawnSync(process.execPath, [CLI, 'diff', ...argv], { encoding: 'utf8' });
  const redacted = ['--redact', '--redact-key', at('key')];
  await snap('old');
  await snap('old-redacted', ...redacted);
  // Clearing a fault restarts the service.
  await lab.apply('healthz-on-wildcard');
  await lab.clear('healthz-on-wildcard');
  await snap('new');
  await snap('new-redacted', ...redacted);

  for (const kind of ['', '-redacted']) {
    const { status, stdout, stderr } = compare(at(`old${kind}`), at(`new${kind}`), '--format', 'json');
    t.strictSame([status, stderr], [0, ''], 'no significant difference');
    const result: SnapshotDiff = JSON.parse(stdout);
    t.strictSame(validDiff(result), []);
    t.match(result, { different: false, differences: [{ kind: 'restarted', program: 'kubelet', matters: false }] });
    t.equal(result.differences.length, 1);
  }
  const text = compare(at('old'), at('new'), '--output', at('report'));
  t.strictSame([text.status, text.stdout, text.stderr], [0, '', '']);
  t.match(
    readFileSync(at('report'), 'utf8'),
    /\n {2}restarted {6}kubelet \(.*\) was restarted \(pid \d+ → pid \d+\), /,
  );
  const { stdout: line } = await lab.exec([process.execPath, CLI, '--once', '--format', 'line']);
  t.equal(line, 'the node matches the page: 19 ok\n');

  const failures: [argv: string[], message: RegExp][] = [
    [[at('old'), at('new-redacted')], /only one of them is redacted/],
    [[at('old'), at('nope')], /nope: cannot be read/],
    [[at('old'), at('key')], /key: .* text that is not JSON/],
    [[at('old'), directory], /expected a regular file, found a directory/],
    [[at('old')], /diff needs two snapshots/],
  ];
  for (const [argv, message] of failures) {
    const { status, stdout, stderr } = compare(...argv);
    t.strictSame([status, stdout], [2, '']);
    t.match(stderr, message);
    t.match(stderr, /^k8s-sockwatch: [^\n]+\n$/, 'one line');
  }
});
