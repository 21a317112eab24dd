import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { mustRun } from './child.js';
import { inspectTarball } from './inspect_tarball.js';
import { type LabOptions, startLab } from './lab.js';

const uid = process.getuid?.();
const notRoot = uid === 0 ? false : `namespaces can be created by root only, and we are user ${uid}`;

/** The report of a node, unpacked, with the pids of its services. */
async function reportOf(t: Test, options: LabOptions) {
  const lab = await startLab(options);
  t.teardown(() => lab.stop());
  const directory = t.testdir();
  await mustRun('unpacking', [
    'tar',
    '-xzf',
    await inspectTarball(lab, { directory, hostname: 'k8s-1' }),
    '-C',
    directory,
  ]);
  t.ok(readdirSync(directory).includes('inspection-report'), 'one top directory');
  const text = (path: string): string => readFileSync(join(directory, 'inspection-report', path), 'utf8');
  return { lab, text };
}

t.test('of a control plane', { skip: notRoot }, async (t) => {
  const { lab, text } = await reportOf(t, { faults: ['kube-proxy-off', 'api-server-down'] });
  const pid = lab.processes.get('k8sd');
  t.match(text('is-control-plane-node'), /control plane/);
  t.match(text('args/kube-proxy'), '--healthz-bind-address="127.0.0.1:10256"\n');
  t.match(
    text('ss-plnt.log'),
    new RegExp(`^LISTEN +0 +4096 +192\\.0\\.2\\.2:6400 .*\\("k8sd",pid=${pid},fd=\\d+\\)`, 'm'),
  );
  t.match(text('ss-plntu.log'), /^udp +UNCONN .* 0\.0\.0\.0:8472 /m);
  t.match(text('ip-a.log'), /inet 192\.0\.2\.2\/24 .*eth0\n/);
  t.match(text('ip-r.log'), /^default via 192\.0\.2\.1 dev eth0/);
  t.match(text('uname.log'), /^Linux k8s-1 \d/);
  t.match(text('sys/ps'), /^UID +PID +PPID/);
  t.match(text('sys/ps'), new RegExp(`^root +${pid} .* /opt/k8s/bin/k8sd --state-dir=/var/snap`, 'm'));
  t.notMatch(text('sys/ps'), process.argv[1] ?? '', 'no process of the machine');
  t.equal(text('k8s.k8sd/k8sd-info.yaml'), 'Address: 192.0.2.2:6400\nID: 3297041220608546238\nRole: 0\n');
  t.match(
    text('k8s.kube-proxy/systemctl.log'),
    /^○ snap\.k8s\.kube-proxy\.service - .*\n +Loaded: loaded \(.*; disabled; .*\)\n +Active: inactive \(dead\)\n$/,
  );
  const waiting = lab.processes.get('kubelet');
  t.match(
    text('k8s.kubelet/systemctl.log'),
    new RegExp(
      `Main PID: ${waiting} \\(bash\\)\\n[^]*CGroup: .*\\n +└─${waiting} bash .*/wrappers/services/kubelet\\n`,
    ),
  );
  t.match(text('snap-list-k8s.log'), /^Name +Version .*\nk8s +v1\.36\.3 +x1 /);
  t.match(text('snap-services-k8s.log'), /^Service +Startup +Current +Notes\nk8s\.containerd +enabled +active +-\n/);
  t.match(text('snap-services-k8s.log'), /^k8s\.kube-proxy +disabled +inactive +-$/m);
});

t.test('of a worker', { skip: notRoot }, async (t) => {
  const { text } = await reportOf(t, { role: 'worker' });
  t.match(text('is-worker-node'), /worker/);
  t.match(text('k8s.k8s-apiserver-proxy/systemctl.log'), /Active: active \(running\)/);
  t.throws(() => text('k8s.kube-apiserver/systemctl.log'), { code: 'ENOENT' });
  t.match(text('snap-services-k8s.log'), /^k8s\.kube-apiserver +disabled +inactive +-$/m);
});
