import t, { type Test } from 'tap';
import { checked } from './inspected_evidence.js';
import { inspected } from './inspected_node.js';

const UNITS = ['containerd', 'etcd', 'k8sd', 'kube-apiserver', 'kube-proxy', 'kube-scheduler', 'kubelet'];
const CGROUPS = 'sos_commands/process/ps_axo_pid_ppid_user_group_lwp_nlwp_start_time_comm_cgroup';
const SS = `Netid State  Recv-Q Send-Q Local Address:Port Peer Address:PortProcess
tcp   LISTEN 0      128          0.0.0.0:22         0.0.0.0:*   users:(("sshd",pid=700,fd=3))
tcp   LISTEN 0      511          0.0.0.0:6443       0.0.0.0:*   users:(("nginx",pid=800,fd=6))
`;

/** What sos collects of a node where these units are enabled, and these processes run: `1200 k8sd`. */
function sosReport(enabled: readonly string[], processes: readonly string[]): Map<string, string> {
  const units = UNITS.map(
    (name) => `snap.k8s.${name}.service ${enabled.includes(name) ? 'enabled' : 'disabled'} enabled\n`,
  );
  const row = (pid: number, comm: string, unit: string): string =>
    `${pid} 1 root root ${pid} 1 07:00 ${comm} 0::/system.slice/${unit}\n`;
  const snap = processes
    .map((one) => one.split(' '))
    .map(([pid, name = '']) => row(Number(pid), name, `snap.k8s.${name}.service`));
  const all = [row(700, 'sshd', 'ssh.service'), row(800, 'nginx', 'nginx.service'), ...snap];
  return new Map([
    ['sos_commands/host/hostname', 'node-9\n'],
    ['sos_commands/networking/ip_-d_address', inspected().get('ip-a.log') ?? ''],
    ['sos_commands/networking/ip_route_show_table_all', inspected().get('ip-r.log') ?? ''],
    ['sos_commands/networking/ss_-peaonmi', SS],
    ['sos_commands/snappy/snap_list_--all', inspected().get('snap-list-k8s.log') ?? ''],
    [
      'sos_commands/systemd/systemctl_list-unit-files',
      `UNIT FILE STATE PRESET\n${units.join('')}\n${UNITS.length} unit files listed.\n`,
    ],
    [CGROUPS, `PID PPID USER GROUP LWP NLWP START COMMAND CGROUP\n${all.join('')}`],
  ]);
}

async function judged(t: Test, files: ReadonlyMap<string, string>) {
  const members = [...files].map(([path, content]) => ({ path: `sosreport-node-9/${path}`, content }));
  const { nodes, errors } = await checked(t, members);
  t.strictSame(errors, []);
  const [node] = nodes;
  if (node === undefined) throw new Error('no node');
  return node;
}

t.test('a node that is not bootstrapped is known by its units', async (t) => {
  const node = await judged(t, sosReport(['k8sd'], ['1200 k8sd']));
  t.match(node.node, { hostname: 'node-9', isInstalled: true, isBootstrapped: false });
  const codes = node.findings.map(({ code }) => code);
  t.strictSame([...new Set(codes)], ['not-bootstrapped', 'in-the-way'], 'and nginx has the port of the API server');
  t.equal(node.summary.result, 'drift');
});

t.test('what else is enabled, runs or is unknown may be of a node of a cluster', async (t) => {
  const without = (path: string): Map<string, string> => {
    const files = sosReport(['k8sd'], ['1200 k8sd']);
    files.delete(path);
    return files;
  };
  const cases: readonly (readonly [name: string, files: ReadonlyMap<string, string>])[] = [
    ['kubelet is enabled', sosReport(['k8sd', 'kubelet'], ['1200 k8sd'])],
    ['kubelet runs', sosReport(['k8sd'], ['1200 k8sd', '1300 kubelet'])],
    ['k8sd is disabled: an administrator stopped all', sosReport([], [])],
    ['there is no list of processes', without(CGROUPS)],
    ['there is no list of units', without('sos_commands/systemd/systemctl_list-unit-files')],
  ];
  for (const [name, files] of cases) {
    const { node, findings } = await judged(t, files);
    t.equal(node.isBootstrapped, null, name);
    t.notOk(
      findings.some(({ code }) => code === 'not-bootstrapped'),
      name,
    );
  }
});

t.test('files of options below /etc/kubernetes', async (t) => {
  const files = sosReport(UNITS, ['1200 k8sd', '1300 kubelet']);
  files.set(
    'sos_commands/process/ps_alxwww',
    `F UID PID PPID PRI NI VSZ RSS WCHAN STAT TTY TIME COMMAND
4 0 1 0 20 0 1 1 - Ss ? 0:01 /sbin/init
4 0 1300 1 20 0 1 1 - Ss ? 0:01 /snap/k8s/2931/bin/kubelet --config=/etc/kubernetes/kubelet.yaml
4 0 1400 1 20 0 1 1 - Ss ? 0:01 /bin/last
`,
  );
  const text = `apiVersion: kubelet.config.k8s.io/v1beta1\nkind: KubeletConfiguration\nhealthzPort: 7\nstaticPodURL: https://SECRET\n`;
  const setting = async () => {
    const document = await judged(t, files);
    t.notMatch(JSON.stringify(document), 'SECRET');
    const { errors } = document.coverage.sources.find(({ name }) => name === 'configuration') ?? { errors: [] };
    return { errors, found: document.node.configuration?.find(({ flag }) => flag === '--healthz-port') };
  };
  t.match((await setting()).errors, [
    {},
    { code: 'options-missing', params: { path: '/etc/kubernetes/kubelet.yaml' } },
  ]);
  files.set('etc/kubernetes/kubelet.yaml', text);
  t.match((await setting()).found, {
    value: '7',
    source: { kind: 'options-file', path: '/etc/kubernetes/kubelet.yaml', line: 3 },
  });
});
