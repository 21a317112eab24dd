import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { evidenceAt } from '../../src/evidence/evidence_at.js';
import type { SnapshotDocument } from '../../src/snapshot/document/document.js';
import { reevaluate } from '../../src/snapshot/reevaluate.js';
import { builtinSpec } from '../../src/spec/builtin.js';
import { SETUPS } from '../lab/faults/setups.js';
import { FAULTS, obstacle } from '../lab/faults.js';
import { describeNode } from '../lab/healthy.js';
import { type Lab, type LabOptions, startLab } from '../lab/lab.js';
import { CLI, snapshotIn, verdictsOf } from './cli.js';

/*
 * The real ss and netstat, run by root on the lab node, judged by `check`: of what text can decide it must say what --once says.
 */

const LABS: readonly (LabOptions & { readonly ss: string })[] = [
  { role: 'control-plane', family: 'dual', ss: '-plntu' },
  { role: 'worker', family: 'ipv4', ss: '-pln' },
];

const NOBODY = 65534;

/** Without what the test runner adds to the environment of Node programs: it writes where this user may not. */
const CLEAN = ['-i', `PATH=${process.env['PATH'] ?? ''}`];

/** Faults that show in a unit alone, which ss does not print: by its name it is the right process. */
const SEEN_BY_UNIT: ReadonlyMap<string, readonly string[]> = new Map<string, readonly string[]>([
  ['kubelet-impostor', ['kubelet 10250/tcp']],
  ...[
    'kubelet-of-kubeadm',
    'impostor-in-another-service',
    'impostor-in-a-user-manager',
    'impostor-in-a-container',
    'impostor-in-a-session',
  ].map((fault) => [fault, ['kubelet 10248/tcp', 'kubelet 10250/tcp']] as const),
]);

/** Rows that a fault puts beyond an ss text: it shows neither v6only nor who holds what a dead main thread leaves. */
const UNDECIDED_WITH: ReadonlyMap<string, readonly string[]> = new Map<string, readonly string[]>([
  ['agent-outside-pods', ['listener 9964/tcp']],
  ['apiserver-v6only', ['kube-apiserver 6443/tcp']],
  ['hidden-proxy', ['kube-proxy 10249/tcp', 'kube-proxy 10256/tcp']],
  ...['api-server-down', 'kube-proxy-gone'].map(
    (fault) => [fault, ['kube-proxy 10249/tcp', 'kube-proxy 10256/tcp']] as const,
  ),
  ['leader-thread-gone', ['kubelet 10248/tcp', 'kubelet 10250/tcp']],
]);

/** The rows that no ss text decides on any node: an address of the default interface, a kernel device, a file. */
const UNDECIDED = [
  'cilium-agent 4240/tcp',
  'k8sd 6400/tcp',
  'etcd 2379/tcp',
  'etcd 2380/tcp',
  'cilium-agent 8472/udp',
  'containerd /run/containerd/containerd.sock',
];

async function once(lab: Lab): Promise<SnapshotDocument> {
  const { stdout, stderr } = await lab.exec([process.execPath, CLI, '--once']);
  if (stderr !== '') throw new Error(stderr);
  return snapshotIn(stdout);
}

/** What a command prints, in a file. */
async function fileOf(t: Test, lab: Lab, command: readonly [string, ...string[]]): Promise<string> {
  const { code, stdout, stderr } = await lab.exec(command);
  if (code !== 0 || stdout === '') throw new Error(`${command[0]}: ${stderr}`);
  const file = join(t.testdir({}), `${command[0]}.txt`);
  await writeFile(file, stdout);
  return file;
}

async function judged(file: string): Promise<SnapshotDocument> {
  for await (const one of evidenceAt(file, '1.2.3')) {
    if ('document' in one) return reevaluate(one.document, { spec: builtinSpec() });
    throw one.error;
  }
  throw new Error('nothing was found');
}

function decided(verdicts: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(verdicts).filter(([, verdict]) => verdict !== 'unverified'));
}

/** As sos runs it. */
const NETSTAT = ['netstat', '-W', '-neopa'] as const;

/** Compares what the text decides with what --once says of the same subjects, but for what only a unit shows. */
function agree(t: Test, text: SnapshotDocument, live: SnapshotDocument, fault: string | null): string[] {
  const [all, said] = [verdictsOf(live), decided(verdictsOf(text))];
  const except = SEEN_BY_UNIT.get(fault ?? '') ?? [];
  const compared = Object.keys(said).filter((subject) => !except.includes(subject));
  const pick = (from: Record<string, string>) => Object.fromEntries(compared.map((one) => [one, from[one]]));
  t.strictSame(pick(said), pick(all), 'what the text decides');
  return Object.keys(all).filter((subject) => said[subject] === undefined);
}

function agreeOfSs(t: Test, text: SnapshotDocument, live: SnapshotDocument, fault: string | null): void {
  const undecided = agree(t, text, live, fault);
  const said = verdictsOf(text);
  for (const subject of SEEN_BY_UNIT.get(fault ?? '') ?? []) {
    t.equal(said[subject], 'ok', `${subject}: no text shows the unit`);
  }
  const open = [...UNDECIDED, ...(UNDECIDED_WITH.get(fault ?? '') ?? [])];
  t.strictSame(
    undecided.filter((subject) => !open.includes(subject)),
    [],
    'it decides all it can',
  );
}

for (const { ss, ...options } of LABS) {
  t.test(`ss ${ss} on a ${options.family} ${options.role}`, { timeout: 480_000 }, async (t) => {
    const lab = await startLab(options);
    t.teardown(() => lab.stop());
    await t.test('healthy', async (t) => {
      const command = ['env', ...CLEAN, process.execPath, CLI, 'check', await fileOf(t, lab, ['ss', ss])];
      const { code, stdout, stderr } = await lab.run(command, { uid: NOBODY });
      t.equal(stderr, '');
      const document = snapshotIn(stdout);
      const live = await once(lab);
      agreeOfSs(t, document, live, null);
      const undecided = agree(t, await judged(await fileOf(t, lab, NETSTAT)), live, null);
      t.notOk(undecided.includes('kubelet 10248/tcp'), 'netstat decides something');
      t.equal(code, 3, 'nothing is called healthy that was not seen');
      t.match(document.node, { role: lab.role, kernel: 'unknown', defaultInterface: null });
    });
    const node = describeNode(lab.role, lab.family, lab.containerdPath);
    for (const fault of FAULTS) {
      const { name } = fault;
      // In what another set-up differs, no text of ss can tell.
      if (SETUPS.includes(fault) || obstacle(fault, node) !== null) continue;
      await t.test(name, async (t) => {
        t.teardown(() => lab.clear(name));
        await lab.apply(name);
        const live = await once(lab);
        agreeOfSs(t, await judged(await fileOf(t, lab, ['ss', ss])), live, name);
        agree(t, await judged(await fileOf(t, lab, NETSTAT)), live, name);
      });
    }
  });
}
