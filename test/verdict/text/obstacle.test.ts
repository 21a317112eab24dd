import t from 'tap';
import { printable } from '../../../src/base/text.js';
import { type AnsweredNeed, type CodedObstacle, OBSTACLE_CODES } from '../../../src/verdict/obstacle.js';
import type { Holder } from '../../../src/verdict/text/event.js';
import { obstacleText } from '../../../src/verdict/text/obstacle.js';

/** Device and process names can hold anything. */
const HOSTILE = "x'; rm -rf / #\u001b[31m\n";

const process = {
  kind: 'process',
  pid: 812,
  fd: 3,
  comm: HOSTILE,
  exe: null,
  argv0: null,
  cgroup: '/system.slice/x.service',
  unit: `${HOSTILE}.service`,
  pod: null,
  container: null,
  startedAt: null,
} as const;

const holder = (fields: Partial<Holder> = {}): Holder => ({
  kind: 'listener',
  place: '127.0.0.1:2379',
  owners: [process],
  socket: 'tcp:1',
  uid: 0,
  ownersUnknown: null,
  state: null,
  remainingMs: null,
  netns: '1',
  user: 'root',
  since: null,
  ...fields,
});

const need: AnsweredNeed = {
  service: 'etcd',
  protocol: 'tcp',
  host: 'default',
  port: 2379,
  path: null,
  abstract: null,
  needed: 'always',
  checkedAs: 'etcd',
  configuration: null,
  state: 'held',
  holders: [],
  unknown: [],
};

const CASES: readonly CodedObstacle[] = [
  { code: 'address-held', params: {} },
  { code: 'address-held-maybe', params: {} },
  { code: 'checked-port-held', params: {} },
  { code: 'client-address-closing', params: { seconds: 12.3 } },
  { code: 'server-address-closing', params: { seconds: null } },
  { code: 'tunnel-port-taken', params: { devices: [HOSTILE, 'ftun0'], port: 8472 } },
  { code: 'containerd-directory', params: { path: `/${HOSTILE}` } },
  { code: 'microk8s-installed', params: { path: '/snap/microk8s/current' } },
  {
    code: 'other-kubernetes-running',
    params: { name: 'k3s', units: ['k3s.service'], uninstaller: '/usr/local/bin/k3s-uninstall.sh' },
  },
  { code: 'other-kubernetes-enabled', params: { name: 'rke2', units: ['rke2-server.service'], uninstaller: null } },
  {
    code: 'other-kubernetes-files',
    params: { name: 'kubeadm', path: '/var/lib/kubelet/kubeadm-flags.env', uninstaller: null },
  },
  { code: 'other-service-enabled', params: { name: 'docker', units: ['containerd.service'] } },
  { code: 'leftover-devices', params: { devices: [HOSTILE] } },
  { code: 'leftover-socket', params: { path: `/${HOSTILE}` } },
  { code: 'leftover-state', params: { path: '/var/snap/k8s/common/lock/worker' } },
  { code: 'no-default-route', params: {} },
  { code: 'ephemeral-range', params: { from: 1024, to: 65535, reserved: ['1-3', '2379'] } },
];

t.test('every obstacle has a sentence and commands, safe on a terminal and in a shell', (t) => {
  t.strictSame(new Set(CASES.map(({ code }) => code)), new Set(Object.keys(OBSTACLE_CODES)));
  for (const coded of CASES) {
    const { message, advice } = obstacleText({ ...coded, needs: [0], holders: [holder()] }, [need], {
      isNode: false,
      netns: '1',
    });
    const all = [message, advice.text, ...advice.commands];
    t.ok(
      all.every((text) => text !== '' && printable(text) === text),
      coded.code,
    );
    t.notMatch(all.join(' '), /undefined|null|\[object/);
    t.ok(advice.commands.length > 0, `${coded.code}: ${advice.text}`);
    for (const command of advice.commands) {
      t.notMatch(command.replaceAll(/'(?:[^']|'\\'')*'/g, ''), /rm -rf|;/, 'a name is one word of the command');
    }
  }
  t.end();
});

t.test('what clears an address depends on what has it', (t) => {
  const commandsFor = (fields: Partial<Holder>): readonly string[] =>
    obstacleText({ code: 'address-held', params: {}, needs: [0], holders: [holder(fields)] }, [need], {
      isNode: false,
      netns: '1',
    }).advice.commands;
  const owned = (fields: object): Partial<Holder> => ({ owners: [{ ...process, comm: 'x', ...fields }] });
  t.strictSame(commandsFor(owned({ unit: 'etcd.service' })), ['sudo systemctl disable --now -- etcd.service']);
  t.strictSame(commandsFor(owned({ unit: 'snap.k8s.kubelet.service' })), ['sudo snap stop --disable k8s.kubelet']);
  t.strictSame(commandsFor(owned({ unit: 'ssh.service' })), ['sudo kill 812'], 'others run in that unit');
  t.strictSame(commandsFor(owned({ unit: 'user@1000.service' })), ['sudo kill 812']);
  const docker = { unit: null, container: 'c3'.repeat(32), cgroup: `/system.slice/docker-${'c3'.repeat(32)}.scope` };
  t.strictSame(commandsFor(owned(docker)), [`sudo docker stop ${'c3'.repeat(32)}`]);
  t.strictSame(commandsFor({ owners: [], ownersUnknown: 'permission' }), ['sudo k8s-sockwatch who 2379']);
  t.strictSame(commandsFor({ kind: 'other-file', place: '/run/x', owners: [], socket: null, uid: null }), [
    'sudo rm -r --one-file-system -- /run/x',
  ]);
  t.strictSame(commandsFor({ kind: 'kernel', owners: [{ kind: 'kernel', device: 'gnv0', deviceKind: 'geneve' }] }), [
    'sudo ip link delete gnv0',
  ]);
  const running = obstacleText({ code: 'address-held', params: {}, needs: [0], holders: [holder()] }, [need], {
    isNode: true,
    netns: '1',
  });
  t.notMatch(running.message, 'bootstrap', 'which a node is done with');
  const kubeadm = {
    code: 'other-kubernetes-running',
    params: { name: 'kubeadm', units: ['kubelet.service'], uninstaller: '/usr/bin/kubeadm' },
  } as const;
  const beside = obstacleText({ ...kubeadm, needs: [], holders: [] }, [], { isNode: true, netns: '1' });
  t.strictSame(
    beside.advice.commands,
    ['sudo systemctl disable --now -- kubelet.service'],
    'kubeadm reset would remove the node',
  );
  t.end();
});

t.test('advice about other software names only what was seen of it', (t) => {
  const commandsFor = (coded: CodedObstacle): readonly string[] =>
    obstacleText({ ...coded, needs: [], holders: [] }, [], { isNode: false, netns: '1' }).advice.commands;
  const disabled = 'sudo systemctl disable --now --';
  const cases: [CodedObstacle, string[]][] = [
    [
      { code: 'other-service-enabled', params: { name: 'docker', units: ['docker.service'] } },
      [`${disabled} docker.service`],
    ],
    [
      { code: 'other-service-enabled', params: { name: 'etcd', units: ['etcd.service', 'etcd2.service'] } },
      [`${disabled} etcd.service`, `${disabled} etcd2.service`],
    ],
    [
      { code: 'other-kubernetes-running', params: { name: 'k3s', units: ['k3s-agent.service'], uninstaller: null } },
      [`${disabled} k3s-agent.service`],
    ],
    [
      {
        code: 'other-kubernetes-enabled',
        params: { name: 'k3s', units: ['k3s-agent.service'], uninstaller: '/usr/local/bin/k3s-agent-uninstall.sh' },
      },
      ['sudo /usr/local/bin/k3s-agent-uninstall.sh'],
    ],
    [
      {
        code: 'other-kubernetes-running',
        params: { name: 'kubeadm', units: ['kubelet.service'], uninstaller: '/usr/bin/kubeadm' },
      },
      ['sudo kubeadm reset --force', `${disabled} kubelet.service`],
    ],
    [
      { code: 'other-kubernetes-files', params: { name: 'rke2', path: '/etc/rancher/rke2', uninstaller: null } },
      ['sudo rm -r --one-file-system -- /etc/rancher/rke2'],
    ],
    [
      { code: 'other-kubernetes-files', params: { name: 'k3s', path: '/x', uninstaller: '/tmp/evil' } },
      ['sudo rm -r --one-file-system -- /x'],
    ],
  ];
  for (const [coded, commands] of cases) t.strictSame(commandsFor(coded), commands);
  t.end();
});
