import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, readlinkSync, statSync } from 'node:fs';
import { basename } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import t from 'tap';
import { FAULTS, obstacle } from './faults.js';
import { describeNode } from './healthy.js';
import { type Lab, startLab } from './lab.js';
import { listeners } from './ss.js';
import { directoriesOf, labParents, processesIn } from './traces.js';
import { waitFor } from './wait.js';

const MAIN = fileURLToPath(new URL('./main.js', import.meta.url));

const uid = process.getuid?.();
const notRoot = uid === 0 ? false : `namespaces can be created by root only, and we are user ${uid}`;

const SYSTEM = [
  'tcp 0.0.0.0:22 sshd',
  'tcp 127.0.0.53%lo:53 systemd-resolve',
  'tcp 127.0.0.54:53 systemd-resolve',
  'udp 127.0.0.1:323 chronyd',
  'udp 127.0.0.53%lo:53 systemd-resolve',
  'udp 127.0.0.54:53 systemd-resolve',
];

const EVERY_NODE = [
  'tcp 127.0.0.1:10248 kubelet',
  'tcp 127.0.0.1:10249 kube-proxy',
  'tcp 127.0.0.1:10256 kube-proxy',
  'tcp 127.0.0.1:9879 cilium-agent',
  'tcp 127.0.0.1:9890 cilium-agent',
  'tcp 127.0.0.1:17472 speaker',
  'tcp 127.0.0.1:R cilium-agent',
  'tcp 127.0.0.1:R containerd',
  'tcp 192.0.2.2:4240 cilium-agent',
  'tcp 192.0.2.2:6400 k8sd',
  'tcp 192.0.2.2:7946 speaker',
  'u_str /run/containerd/containerd.sock containerd',
  'u_str /run/containerd/containerd.sock.ttrpc containerd',
  'u_str @snap.k8s.k8sd k8sd',
  'udp 0.0.0.0:8472',
  'udp 127.0.0.1:R cilium-agent',
  'udp 192.0.2.2:7946 speaker',
  'udp [::]:8472',
];

const DUAL_CONTROL_PLANE = [
  ...EVERY_NODE,
  ...SYSTEM,
  'tcp *:10250 kubelet',
  'tcp *:10257 kube-controller',
  'tcp *:10259 kube-scheduler',
  'tcp *:4244 cilium-agent',
  'tcp *:6443 kube-apiserver',
  'tcp *:9120 speaker',
  'tcp *:9963 cilium-operator',
  'tcp 127.0.0.1:2379 etcd',
  'tcp 127.0.0.1:9234 cilium-operator',
  'tcp 127.0.0.1:9891 cilium-operator',
  'tcp 192.0.2.2:2379 etcd',
  'tcp 192.0.2.2:2380 etcd',
  'tcp [::]:22 sshd',
  'tcp [fd00:2::2]:4240 cilium-agent',
  'udp [::1]:323 chronyd',
].sort();

const IPV4_WORKER = [
  ...EVERY_NODE,
  ...SYSTEM,
  'tcp 0.0.0.0:10250 kubelet',
  'tcp 0.0.0.0:4244 cilium-agent',
  'tcp 0.0.0.0:6443 k8s-apiserver-p',
  'tcp 0.0.0.0:9120 speaker',
].sort();

t.test('a control plane with IPv6', { skip: notRoot }, async (t) => {
  const before = Date.now();
  const lab = await startLab({ role: 'control-plane', family: 'dual' });
  t.teardown(() => lab.stop());
  t.ok(Date.now() - before < 5000, 'starts within seconds');
  t.strictSame(await listeners(lab), DUAL_CONTROL_PLANE);

  await t.test('services look like those on a real node', async (t) => {
    const facts = (name: string) => {
      const pid = lab.processes.get(name);
      return {
        exe: basename(readlinkSync(`/proc/${pid}/exe`)),
        argv0: basename(readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0')[0] ?? ''),
        comm: readFileSync(`/proc/${pid}/comm`, 'utf8').trimEnd(),
      };
    };
    t.strictSame(facts('kube-controller-manager'), {
      exe: 'kubernetes',
      argv0: 'kube-controller-manager',
      comm: 'kube-controller',
    });
    t.strictSame(facts('k8sd'), { exe: 'k8s', argv0: 'k8sd', comm: 'k8sd' });
    t.match(facts('etcd'), { exe: 'etcd' });
    t.match(facts('cilium-operator-generic'), { exe: 'cilium-operator-generic', comm: 'cilium-operator' });
  });

  await t.test('services are in the cgroups of their units and pods', async (t) => {
    const cgroup = (name: string) =>
      /^0::\/[^/]+\/(.*)$/m.exec(readFileSync(`/proc/${lab.processes.get(name)}/cgroup`, 'utf8'))?.[1];
    t.equal(cgroup('kube-controller-manager'), 'system.slice/snap.k8s.kube-controller-manager.service');
    t.equal(cgroup('etcd'), 'system.slice/snap.k8s.etcd.service');
    t.equal(cgroup('sshd'), 'system.slice/ssh.service');
    const pod =
      /^kubepods\.slice\/kubepods-burstable\.slice\/kubepods-burstable-pod[\da-f_]{36}\.slice\/cri-containerd-[\da-f]{64}\.scope$/;
    t.match(cgroup('cilium-operator-generic') ?? '', pod);
  });

  await t.test('commands run inside, as the requested user', async (t) => {
    const inside = await lab.exec(['sh', '-c', 'id -u; pwd; readlink /proc/self/ns/net; echo $GREETING; exit 3'], {
      uid: 1000,
      env: { GREETING: 'hello' },
    });
    t.same(inside, {
      code: 3,
      stdout: `1000\n${process.cwd()}\nnet:[${statSync(lab.netns).ino}]\nhello\n`,
      stderr: '',
    });
    const outside = await lab.run(['sh', '-c', 'readlink /proc/self/ns/net; ls /run/containerd']);
    t.equal(outside.stdout, `${readlinkSync('/proc/self/ns/net')}\ncontainerd.sock\ncontainerd.sock.ttrpc\n`);
    t.equal((await lab.exec(['sh', '-c', 'kill -9 $$'])).code, 137, 'a signal is reported as in a shell');
    t.match(await lab.exec(['no-such-command']), { code: 127, stderr: /no-such-command/ });
  });

  await t.test('every fault can be applied and cleared', async (t) => {
    for (const fault of stageable(lab)) {
      await lab.apply(fault);
      t.ok(
        lab.faults.some(({ name }) => name === fault),
        `${fault} is applied`,
      );
      await lab.clear(fault);
      t.strictSame(await listeners(lab), DUAL_CONTROL_PLANE, `${fault} is cleared`);
    }
  });

  await t.test('faults are visible', async (t) => {
    const changes: [fault: string, gone: string[], come: string[]][] = [
      ['healthz-on-wildcard', ['tcp 127.0.0.1:10248 kubelet'], ['tcp *:10248 kubelet']],
      ['foreign-on-10250', ['tcp *:10250 kubelet'], ['tcp *:10250 intruder']],
      ['etcd-only-on-loopback', ['tcp 192.0.2.2:2379 etcd'], []],
      ['reuseport-intruder', [], ['tcp *:6443 intruder']],
      ['held-by-child-too', ['tcp 127.0.0.1:10249 kube-proxy'], ['tcp 127.0.0.1:10249 kube-proxy kube-proxy']],
      ['leader-thread-gone', ['tcp *:10250 kubelet'], ['tcp *:10250']],
      ['hidden-owner', ['tcp 192.0.2.2:6400 k8sd'], ['tcp 192.0.2.2:6400']],
      ['k8sd-bound-only', ['tcp 192.0.2.2:6400 k8sd'], []],
      ['apiserver-v6only', ['tcp *:6443 kube-apiserver'], ['tcp [::]:6443 kube-apiserver']],
      ['vxlan-gone', ['udp 0.0.0.0:8472', 'udp [::]:8472'], []],
      ['hostile-name', [], ['tcp *:6666 \x1b[31mkubelet']],
    ];
    for (const [fault, gone, come] of changes) {
      await lab.apply(fault);
      const now = await listeners(lab);
      t.ok(
        come.every((listener) => now.includes(listener)),
        `${fault}: ${come.join(', ')} is there`,
      );
      t.notOk(
        gone.some((listener) => now.includes(listener)),
        `${fault}: ${gone.join(', ')} is not`,
      );
      await lab.clear(fault);
    }
  });

  await t.test('faults that are not in socket tables', async (t) => {
    const socketFile = () => lab.exec(['test', '-S', lab.containerdPath]).then(({ code }) => code === 0);
    await lab.apply('stale-containerd-socket');
    t.ok(await socketFile(), 'a stale socket file');
    t.notOk(lab.processes.has('containerd'));
    await lab.clear('stale-containerd-socket');
    await lab.apply('deleted-containerd-socket');
    t.notOk(await socketFile(), 'a deleted socket file');
    t.ok(lab.processes.has('containerd'));
    await lab.clear('deleted-containerd-socket');

    const routes = async () => (await lab.exec(['sh', '-c', 'ip route show default; ip -6 route show default'])).stdout;
    t.match(await routes(), /default via 192\.0\.2\.1 dev eth0[^\n]*\ndefault via fd00:2::1 dev eth0/);
    await lab.apply('no-default-route');
    t.equal(await routes(), '');
    await lab.clear('no-default-route');
    t.match(await routes(), /default via 192/);

    await lab.apply('fan-device-on-8472');
    t.match((await lab.exec(['ip', '-o', 'link', 'show', 'type', 'vxlan'])).stdout, /^\d+: ftun0:/);
    await lab.clear('fan-device-on-8472');
  });
});

t.test('a worker without IPv6', { skip: notRoot }, async (t) => {
  const lab = await startLab({ role: 'worker', family: 'ipv4', faults: ['unexpected-tcp'] });
  t.teardown(() => lab.stop());
  const backdoor = 'tcp 0.0.0.0:31337 backdoor';
  t.strictSame(await listeners(lab), [...IPV4_WORKER, backdoor].sort(), 'a fault can be present from the start');
  await lab.clear('unexpected-tcp');
  for (const fault of stageable(lab)) {
    await lab.apply(fault);
    await lab.clear(fault);
    t.strictSame(await listeners(lab), IPV4_WORKER, `${fault} is applied and cleared`);
  }
  await t.rejects(lab.apply('scheduler-gone'), /scheduler-gone cannot be applied: it is not for a worker/);
  await t.rejects(lab.apply('no-such-fault'), /unknown fault no-such-fault; known faults: healthz-on-wildcard/);
});

function stageable(lab: Lab): string[] {
  const node = describeNode(lab.role, lab.family, lab.containerdPath);
  return FAULTS.filter((fault) => obstacle(fault, node) === null).map(({ name }) => name);
}

t.test("containerd's socket can be anywhere, and nothing of it remains outside", { skip: notRoot }, async (t) => {
  const path = '/var/snap/k8s/common/run/containerd/containerd.sock';
  const wasThere = existsSync('/var/snap');
  const lab = await startLab({ role: 'worker', containerdPath: path });
  t.ok((await listeners(lab)).includes(`u_str ${path} containerd`));
  t.equal((await lab.exec(['test', '-d', '/var/lib'])).code, 0, 'the contents of the parent directory are still there');
  t.equal(existsSync('/var/snap'), wasThere);
  await lab.stop();
  t.notOk(existsSync(lab.directory));
  await lab.stop();
});

t.test('an error names the service that cannot start, with its log', { skip: notRoot }, async (t) => {
  const lab = await startLab({ role: 'worker' });
  t.teardown(() => lab.stop());
  const squatter = lab.exec(['sh', '-c', `sleep 10 | STAND_IN=udp,0.0.0.0,161 ${lab.directory}/bin/stand_in`]);
  await waitFor('port 161', async () => ((await listeners(lab)).includes('udp 0.0.0.0:161 stand_in') ? true : null));
  await t.rejects(
    lab.apply('unexpected-udp'),
    /trapdoor: .*exited with 1[\s\S]*bind udp,0\.0\.0\.0,161: Address already/,
  );
  await lab.stop();
  t.equal((await squatter).code, 137, 'running commands are killed with its cgroups');
});

t.test('a lab that cannot be started leaves nothing behind', { skip: notRoot }, async (t) => {
  await t.rejects(
    startLab({ containerdPath: '/no-such-directory/containerd.sock' }),
    /no directory above .* exists but \//,
  );
  t.strictSame(directoriesOf(process.pid, await labParents()), []);
});

t.test('the command', { skip: notRoot }, async (t) => {
  const runMain = async (...args: string[]) => {
    const child = spawn(process.execPath, [MAIN, ...args], { stdio: ['ignore', 'pipe', 'ignore'] });
    const lines: string[] = [];
    for await (const line of createInterface(child.stdout)) lines.push(line);
    await waitFor('exit', async () => (child.exitCode === null ? null : true));
    return { code: child.exitCode, lines };
  };
  t.strictSame(await runMain('--role', 'worker', '--', 'sh', '-c', 'ip -br link show eth0 | cut -c -4; exit 9'), {
    code: 9,
    lines: ['eth0'],
  });
  t.match(
    await runMain('--role', 'worker'),
    { code: 0, lines: [/^\/proc\/\d+\/ns\/net$/] },
    'exits at the end of its input',
  );
  t.match(await runMain('--list'), { code: 0, lines: FAULTS.map(({ name }) => name) });
  t.match(await runMain('--role', 'both'), { code: 2 });
});

t.test('nothing remains of a lab that is killed', { skip: notRoot }, async (t) => {
  const main = spawn(
    process.execPath,
    [MAIN, '--dual', '--fault', 'held-by-child-too', '--fault', 'leader-thread-gone'],
    {
      stdio: ['pipe', 'pipe', 'ignore'],
    },
  );
  const [netns] = (await once(createInterface(main.stdout), 'line')) as [string];
  const { ino } = statSync(netns);
  const parents = await labParents();
  t.equal(processesIn(ino).length, 16, 'fourteen services, a child, and the keeper of the namespaces');
  const left = directoriesOf(main.pid ?? 0, parents);
  t.equal(left.length, parents.length);

  main.kill('SIGKILL');
  await waitFor('its processes to die', async () => (processesIn(ino).length === 0 ? true : null));
  t.notMatch(readFileSync('/proc/self/mountinfo', 'utf8'), `net:[${ino}]`, 'no file refers to the namespace');

  const next = await startLab({ role: 'worker' });
  await next.stop();
  for (const directory of left) t.notOk(existsSync(directory), `${directory} was removed`);
});
