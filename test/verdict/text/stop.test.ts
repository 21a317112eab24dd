import t from 'tap';
import type { OwnedListener } from '../../../src/kernel/owners/owner.js';
import { evaluate } from '../../../src/verdict/evaluate.js';
import { capture, held, judge, NODE, processOwner, row, spec, unit } from '../factory.js';

const SCHEDULER = row('*:10259', 'kube-scheduler');
const INTRUDER = held('nc', '0.0.0.0', 10259, { owners: [processOwner('nc', { pid: 99, unit: 'session-3.scope' })] });

function adviceWith(services: ReturnType<typeof unit>[] | null, holder = INTRUDER): string {
  const observed = { node: { ...NODE, services } };
  const { text, commands } = judge(SCHEDULER, { sockets: [holder], observed }).advice ?? { text: '', commands: [] };
  return [text, ...commands].join('\n');
}

t.test('what gets the service going once its address is free', (t) => {
  const stopped = 'If it does not belong there, stop process 99 ("nc"), then';
  const restart = 'restart kube-scheduler.\nsudo kill 99\nsudo snap restart k8s.kube-scheduler';
  t.equal(adviceWith(null), `${stopped} start or ${restart}`, 'nothing is known, as after redaction');
  t.equal(adviceWith([unit('kube-scheduler')]), `${stopped} ${restart}`);
  t.equal(adviceWith([unit('kube-scheduler', { pids: null })]), `${stopped} start or ${restart}`, 'unseen processes');
  const start = `${stopped} start kube-scheduler, which has no process.\nsudo kill 99\nsudo snap start`;
  t.equal(adviceWith([unit('kube-scheduler', { pids: [] })]), `${start} k8s.kube-scheduler`);
  const disabled = unit('kube-scheduler', { pids: [], enabled: false });
  t.equal(adviceWith([disabled]), `${start} --enable k8s.kube-scheduler`);
  t.end();
});

/** The advice about a listener of these owners that nothing explains. */
function stranger(owners: OwnedListener['owners'], uid = 0): string {
  const [finding] = evaluate(spec([]), capture([held('x', '0.0.0.0', 666, { owners, uid })]), 'worker').findings;
  return [finding?.advice?.text, ...(finding?.advice?.commands ?? [])].join('\n');
}

t.test('what an unprivileged process causes is never a reason to stop something of others', (t) => {
  const pid = 4711;
  const cases: [name: string, text: string][] = [
    ['a port that ssh forwards', stranger([processOwner('sshd', { pid, unit: 'ssh.service' })])],
    ['a job of cron', stranger([processOwner('sh', { pid, unit: 'cron.service' })])],
    ['a container without a pod', stranger([processOwner('x', { pid, unit: 'docker.service' })])],
    ['a manager of a user', stranger([processOwner('x', { pid, unit: 'user@1000.service' })])],
    ['a getty', stranger([processOwner('x', { pid, unit: 'getty@tty1.service' })])],
    ['a user in a unit', stranger([processOwner('x', { pid, unit: 'kubelet.service' })], 1000)],
    ['a session', stranger([processOwner('x', { pid, unit: 'session-3.scope' })], 1000)],
  ];
  for (const [name, text] of cases) {
    t.match(text, /\nsudo kill 4711$/, name);
    t.notMatch(text, /systemctl|disable|\.service/, name);
  }
  const pod = '5d2c1f0e-7a4b-4c3d-9e8f-0a1b2c3d4e5f';
  const inPod = stranger([processOwner('x', { pid, pod, unit: 'kubelet.service' })]);
  t.match(inPod, `remove its pod ${pod}`, 'a cgroup in a pod may have the name of any unit');
  t.notMatch(inPod, /kubelet\.service|kill/);
  const named = stranger([processOwner('x', { pid, pod, podNamespace: 'shop', podName: '$(reboot)' })]);
  t.match(named, "remove its pod shop/$(reboot).\nsudo k8s kubectl -n shop describe pod '$(reboot)'");
  const systemd = processOwner('systemd', { pid: 1, unit: 'init.scope' });
  t.match(stranger([systemd]), /socket unit.*\nsystemctl list-sockets --all$/, 'never to kill process 1');
  t.match(stranger([systemd, processOwner('zcmed', { pid, unit: 'zcme.service' })]), 'stop and disable zcme.service');
  t.end();
});

t.test('a service of Kubernetes is not stopped for a port of its own or of a helper', (t) => {
  const unit = 'snap.k8s.kube-controller-manager.service';
  const manager = processOwner('kube-controller', { pid: 7, unit, argv0: '/opt/k8s/bin/kube-controller-manager' });
  const change = 'change the setting of kube-controller-manager that opens it, and restart kube-controller-manager';
  const commands =
    'sudo cat /var/snap/k8s/common/args/kube-controller-manager\nsudo snap restart k8s.kube-controller-manager';
  t.equal(
    stranger([manager]),
    `If it belongs here, describe it in a notes file (--notes); otherwise ${change}.\n${commands}`,
  );
  t.match(stranger([processOwner('nc', { pid: 99, unit })]), /; otherwise stop process 99 \("nc"\)\.\nsudo kill 99$/);
  const text = adviceWith(null, held('x', '0.0.0.0', 10259, { owners: [manager] }));
  t.match(text, `If it does not belong there, ${change}, then start or restart kube-scheduler.`);
  t.notMatch(text, /disable|kill/);
  t.end();
});
