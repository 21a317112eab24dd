import t from 'tap';
import { parseUnitStatus } from '../../../src/evidence/facts/unit_status.js';

const HEAD = `● snap.k8s.kubelet.service - Service for snap application k8s.kubelet
     Loaded: loaded (/etc/systemd/system/snap.k8s.kubelet.service; enabled; preset: enabled)
     Active: active (running) since Fri 2026-11-27 07:00:00 UTC; 1h ago
   Main PID: 1600 (kubelet)
      Tasks: 12 (limit: 9444)
     Memory: 60.1M
`;
const TREE = `     CGroup: /system.slice/snap.k8s.kubelet.service
             ├─1600 /snap/k8s/1/bin/kubelet --v=0
             │ ├─1700 /usr/sbin/x
             └─1800 journalctl -k -f
`;
const JOURNAL = `
Nov 27 07:00:00 node-1 k8s.kubelet[1600]: hello
             ├─4242 /snap/k8s/1/bin/kubelet
`;

t.test('a running unit; the journal below it is not its tree', (t) => {
  t.strictSame(parseUnitStatus(HEAD + TREE + JOURNAL), {
    unit: 'snap.k8s.kubelet.service',
    enabled: true,
    pids: [1600, 1700, 1800],
    mainPid: 1600,
    isChanging: false,
    comm: 'kubelet',
    cgroup: '/system.slice/snap.k8s.kubelet.service',
  });
  t.end();
});

t.test('in ASCII, after a warning, and with the vendor preset of older versions', (t) => {
  const text = `Warning: The unit file changed on disk. Run 'systemctl daemon-reload'.\n${HEAD}${TREE}`
    .replace('●', '*')
    .replaceAll('├─', '|-')
    .replaceAll('└─', '`-')
    .replaceAll('│', '|')
    .replace('preset: enabled', 'vendor preset: enabled');
  const status = parseUnitStatus(text);
  t.strictSame([status?.pids, status?.enabled], [[1600, 1700, 1800], true]);
  t.end();
});

t.test('units without processes', (t) => {
  const status = parseUnitStatus(`○ snap.k8s.etcd.service - Service for snap application k8s.etcd
     Loaded: loaded (/etc/systemd/system/snap.k8s.etcd.service; disabled; preset: enabled)
     Active: inactive (dead)
`);
  t.strictSame([status?.unit, status?.enabled, status?.pids], ['snap.k8s.etcd.service', false, []]);
  const failed = parseUnitStatus(
    `${HEAD.replace('active (running)', 'activating (auto-restart) (Result: exit-code)')}`,
  );
  t.strictSame(failed?.pids, []);
  t.end();
});

t.test('a unit that runs without a tree has unknown processes; one that is not there has none', (t) => {
  t.equal(parseUnitStatus(HEAD)?.pids, null);
  t.strictSame(parseUnitStatus('Unit snap.k8s.etcd.service could not be found.\n')?.unit, null);
  t.end();
});

t.test('other text is no status', (t) => {
  for (const text of ['', 'System has not been booted with systemd as init system.\n', JOURNAL, TREE]) {
    t.equal(parseUnitStatus(text), null, text);
  }
  t.end();
});
