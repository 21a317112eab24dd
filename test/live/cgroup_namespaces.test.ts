import t from 'tap';
import { startLab } from '../lab/lab.js';
import { CLI, snapshotIn, subjectOf } from './cli.js';

const SCHEDULER = 'kube-scheduler 10259/tcp';

/**
 * In a PID namespace whose process 1 we may look at: has a stand-in listen in a network namespace and the cgroup $1, and does `then`
 * meanwhile. The namespace stays open as descriptor 3.
 */
const beside = (netns: string, then: string): string[] => [
  ...['sh', '-euc', 'exec 3< "$1"; shift; exec unshare --pid --fork --mount-proc sh -euc "$@"', 'sh', netns],
  `
root=$(awk '/ - cgroup2 /{print $5; exit}' /proc/self/mountinfo)
mkdir -p "$root/$1"
ready=$(mktemp)
trap 'rm "$ready"' EXIT
sh -euc 'echo 0 > "$1/cgroup.procs"
sleep 60 | STAND_IN=tcp,0.0.0.0,10259 nsenter --net=/proc/self/fd/3 /opt/k8s/bin/stand_in > "$2"' sh "$root/$1" "$ready" > /dev/null &
until test -s "$ready"; do sleep 0.05; done
shift
${then} || exit $?`,
  'sh',
];

const IN_POD = `
pod=$root/kubepods.slice/kubepods-pod01020304_0506_0708_090a_0b0c0d0e0f00.slice/cri-containerd-${'e5'.repeat(32)}.scope
mkdir -p "$pod"
mount_anew='umount -n -l "$1"; mount -n -t cgroup2 cgroup2 "$1"; shift; exec "$@"'
sh -euc 'echo 0 > "$1/cgroup.procs"; shift; exec unshare --cgroup --mount sh -euc "$@"' \\
  sh "$pod" "$mount_anew" sh "$root" "$@"`;

t.test('cgroup namespaces', { timeout: 120_000 }, async (t) => {
  const lab = await startLab({ role: 'control-plane', faults: ['scheduler-gone'] });
  t.teardown(() => lab.stop());
  const findingIn = ({ stdout, stderr }: { readonly stdout: string; readonly stderr: string }) => {
    t.equal(stderr, '');
    const document = snapshotIn(stdout);
    return document.findings.find((_, at) => subjectOf(document, at) === SCHEDULER);
  };
  const once = [process.execPath, CLI, '--once', '--role', 'control-plane'];
  const own = '/proc/self/ns/net';

  await t.test('in a private one, as in a pod with hostPID, paths are those of the node', async (t) => {
    for (const owners of ['bpf', 'proc']) {
      const run = async (cgroup: string) =>
        findingIn(await lab.exec([...beside(own, IN_POD), cgroup, ...once, '--owners', owners]));
      t.match(await run('system.slice/snap.k8s.kube-scheduler.service'), { verdict: 'ok', matchedBy: 'unit' }, owners);
      t.match(await run('system.slice/nc.service'), { verdict: 'wrong-owner' }, owners);
    }
  });

  await t.test('a node in a machine container, seen from outside', async (t) => {
    const inMachine = 'machine.slice/systemd-nspawn@k8s-1.service/payload/system.slice/snap.k8s.kube-scheduler.service';
    const inUser = `user.slice/user-1000.slice/user@1000.service/${inMachine}`;
    const run = async (cgroup: string) =>
      findingIn(await lab.run([...beside(lab.netns, '"$@"'), cgroup, ...once, '--netns', '/proc/self/fd/3']));
    t.match(await run(inMachine), { verdict: 'ok', matchedBy: 'unit' });
    t.match(await run(inUser), { verdict: 'wrong-owner' }, 'a user cannot make a machine');
    const there = await lab.exec([...beside(own, '"$@"'), inMachine, ...once]);
    t.match(findingIn(there), { verdict: 'wrong-owner' }, 'on this node it is a stranger');
  });
});
