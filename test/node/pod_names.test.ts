import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import t, { type Test } from 'tap';
import { HostFiles } from '../../src/node/host_files.js';
import { podsOf, readPodNames, withPodNames } from '../../src/node/pod_names.js';
import { held, processOwner } from '../verdict/factory.js';

const UID = '5d2c1f0e-7a4b-4c3d-9e8f-0a1b2c3d4e5f';
/** Of a static pod: the hash of its manifest. */
const STATIC = '0123456789abcdef0123456789abcdef';
const [AGENT, CONFIG] = ['a1'.repeat(32), 'c3'.repeat(32)];

/** A node with logs of these containers; `id` is null where there is no link. */
function nodeWith(t: Test, ...logs: [pod: string, container: string, id: string | null][]): HostFiles {
  const root = t.testdir({ var: { log: { containers: {}, pods: {} } } });
  for (const [pod, container, id] of logs) {
    const file = join(root, 'var/log/pods', pod, container, '0.log');
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, '');
    const [namespace, name] = pod.split('_');
    if (id !== null) symlinkSync(file, join(root, `var/log/containers/${name}_${namespace}_${container}-${id}.log`));
  }
  return new HostFiles(root, new Map());
}

const inPod = (pod: string | null, container: string | null, port = 4240) =>
  held('cilium-agent', '127.0.0.1', port, { owners: [processOwner('cilium-agent', { pod, container })] });

async function namesIn(files: HostFiles, ...sockets: ReturnType<typeof inPod>[]): Promise<unknown[]> {
  const named = withPodNames(sockets, await readPodNames(files, podsOf(sockets)));
  return named.map(({ owners: [owner] }) => {
    if (owner?.kind !== 'process') return null;
    const { podNamespace, podName, containerName } = owner;
    return [podNamespace, podName, containerName];
  });
}

t.test('pods have the names of their log directories', async (t) => {
  const files = nodeWith(
    t,
    [`kube-system_cilium-x7k2f_${UID}`, 'cilium-agent', AGENT],
    [`kube-system_cilium-x7k2f_${UID}`, 'config', CONFIG],
    [`kube-system_kube-vip-cp-1_${STATIC}`, 'kube-vip', null],
  );
  const unknown = 'ffffffff-7a4b-4c3d-9e8f-0a1b2c3d4e5f';
  t.strictSame(
    await namesIn(
      files,
      inPod(UID, AGENT),
      inPod(UID, CONFIG),
      inPod(UID, 'ee'.repeat(32)),
      inPod(STATIC, 'ff'.repeat(32)),
      inPod(unknown, AGENT),
      inPod(null, AGENT),
    ),
    [
      ['kube-system', 'cilium-x7k2f', 'cilium-agent'],
      ['kube-system', 'cilium-x7k2f', 'config'],
      // One of two containers, and which is not known.
      ['kube-system', 'cilium-x7k2f', undefined],
      // It has one only.
      ['kube-system', 'kube-vip-cp-1', 'kube-vip'],
      [undefined, undefined, undefined],
      [undefined, undefined, undefined],
    ],
  );
});

t.test('what cannot be read, or is no name of kubelet, gives no name', async (t) => {
  const socket = inPod(UID, AGENT);
  t.strictSame(await namesIn(new HostFiles(t.testdir({}), new Map()), socket), [[undefined, undefined, undefined]]);
  const odd = nodeWith(t, [`a_b_c_${UID}`, 'x', AGENT], [UID, 'x', null], [`_x_${UID}`, 'y', null]);
  t.strictSame(await namesIn(odd, socket), [[undefined, undefined, undefined]]);
});

t.test('a creator has names as well, and a socket without pods stays the same object', async (t) => {
  const files = nodeWith(t, [`kube-system_cilium-x7k2f_${UID}`, 'cilium-agent', AGENT]);
  const origin = { cgroup: '/kubepods.slice', unit: null, pod: UID, container: AGENT };
  const socket = held('x', '127.0.0.1', 1, { owners: [], ownersUnknown: 'permission', origin });
  const [named] = withPodNames([socket], await readPodNames(files, podsOf([], [origin])));
  t.match(named?.origin, { pod: UID, podNamespace: 'kube-system', podName: 'cilium-x7k2f' });
  const sockets = [held('kubelet', '127.0.0.1', 10248)];
  t.equal(withPodNames(sockets, await readPodNames(files, podsOf(sockets))), sockets);
});
