import { chmod, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import t from 'tap';
import type { SnapshotDocument } from '../../src/snapshot/document/document.js';
import { type Lab, startLab } from '../lab/lab.js';
import { CLI, snapshotIn, verdictsOf } from './cli.js';

const SECRET = 'hunter2hunter2';
const COMMON = '/var/snap/k8s/common';

/** The disk of a node; secrets are wherever they can be. */
const FILES: Readonly<Record<string, string>> = {
  '/snap/k8s/1/meta/snap.yaml': 'name: k8s\nversion: v1.36.3\n',
  [`${COMMON}/args/kubelet`]: `--token=${SECRET}\n# ${SECRET}\n--healthz-bind-address="::"\n--x '${SECRET}'\n`,
  [`${COMMON}/args/kube-apiserver`]: `--secure-port="6443"\n--etcd-servers="https://${SECRET}:${SECRET}@127.0.0.1:2379"\n`,
  [`${COMMON}/args/kube-proxy`]: '--healthz-bind-address="127.0.0.1:10256"\n',
  [`${COMMON}/args/snap-env`]: `TOKEN=${SECRET}\n`,
  [`${COMMON}/var/lib/k8sd/state/daemon.yaml`]: `name: ${SECRET}\naddress: 0.0.0.0:6400\nservers: {}\n`,
  '/etc/systemd/system/snap.k8s.kube-proxy.service': '',
  '/etc/systemd/system/snap.k8s.kubelet.service': '',
};

async function makeDisk(): Promise<string> {
  const root = await mkdtemp(join(tmpdir(), 'sockwatch-disk-'));
  await chmod(root, 0o755);
  for (const [path, text] of Object.entries(FILES)) {
    await mkdir(join(root, dirname(path)), { recursive: true });
    await writeFile(join(root, path), text);
  }
  await symlink('1', join(root, '/snap/k8s/current'));
  const wants = join(root, '/etc/systemd/system/multi-user.target.wants');
  await mkdir(wants);
  await symlink('/nowhere', join(wants, 'snap.k8s.kubelet.service'));
  return root;
}

async function look(lab: Lab, root: string): Promise<SnapshotDocument> {
  const { stdout, stderr } = await lab.exec([CLI, '--once', '--host-root', root]);
  t.equal(stderr, '');
  t.notMatch(stdout, SECRET, 'no secret of the disk');
  const table = await lab.exec([CLI, '--once', '--host-root', root, '--format', 'table']);
  t.notMatch(table.stdout, SECRET);
  return snapshotIn(stdout);
}

t.test('the configuration of the node explains what listens', async (t) => {
  const lab = await startLab({ faults: ['k8sd-on-wildcard', 'kube-proxy-gone', 'healthz-on-wildcard'] });
  const root = await makeDisk();
  t.teardown(async () => {
    await lab.stop();
    await rm(root, { recursive: true });
  });
  const first = await look(lab, root);
  const finding = (document: SnapshotDocument, port: number) =>
    document.findings.find(({ expected }) => expected?.port === port);
  t.match(first.node, { release: '1.36.3', isInstalled: true });
  t.match(finding(first, 6400), {
    verdict: 'exposed',
    configuration: {
      flag: 'address',
      value: '0.0.0.0:6400',
      source: { kind: 'state-file', path: `${COMMON}/var/lib/k8sd/state/daemon.yaml`, line: 2 },
    },
    reason: /because of address: 0\.0\.0\.0:6400 in line 2 of .*daemon\.yaml/,
    advice: { text: /it should be 192\.0\.2\.2:6400\. / },
  });
  t.match(finding(first, 10248), {
    verdict: 'exposed',
    params: { running: '0.0.0.0' },
    configuration: { value: '::', source: { path: `${COMMON}/args/kubelet`, line: 3 }, inEffect: false },
    reason: /a restart is pending/,
  });
  t.match(finding(first, 10249), { verdict: 'not-applicable', code: 'unit-not-enabled' });
  const source = first.coverage.sources.find(({ name }) => name === 'configuration');
  t.match(source, { status: 'ok', notes: [{ code: 'node-address-unusable' }] });

  for (const fault of lab.faults) await lab.clear(fault.name);
  await lab.apply('k8sd-bound-only');
  t.match(finding(await look(lab, root), 6400), {
    verdict: 'missing',
    code: 'bound-not-listening',
    reason: /k8sd \(pid \d+.*has the port bound, but does not listen/,
  });
  await lab.clear('k8sd-bound-only');

  await writeFile(join(root, `${COMMON}/args/kube-apiserver`), '--secure-port=7443\n');
  t.match(verdictsOf(await look(lab, root)), { 'kube-apiserver 6443/tcp': 'ok' }, 'the process decides');

  await rm(join(root, `${COMMON}/args/kubelet`));
  await mkdir(join(root, `${COMMON}/args/kubelet`));
  t.match(
    (await look(lab, root)).coverage.sources.find(({ name }) => name === 'configuration'),
    { status: 'partial', errors: [{ code: 'system-call-failed', params: { errno: 'EISDIR' } }] },
    'what cannot be read is said',
  );
});
