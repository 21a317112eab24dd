import t from 'tap';
import { checked, only, remarkable, WITHOUT_FACTS, withProcess } from './inspected_evidence.js';
import { CONTROL_PLANE, inspected, inspectionReport } from './inspected_node.js';

t.test('a healthy control plane: all rows but those whose facts are nowhere in the report', async (t) => {
  const node = await only(t, inspected());
  t.strictSame(remarkable(node), WITHOUT_FACTS);
  t.strictSame(
    [node.node.hostname, node.node.kernel, node.node.role, node.node.release, node.node.networkFeature],
    ['node-1', '6.8.0-31-generic', 'control-plane', '1.36.1', 'on'],
  );
  t.strictSame([node.node.defaultSource, node.node.defaultAddresses], ['k8sd-address', ['192.0.2.2']]);
  t.equal(node.summary.byName, 0, 'every owner is known by its unit or pod');
  const of = (name: string) => node.coverage.sources.find((source) => source.name === name);
  t.equal(of('owners')?.via, 'ss, sys/ps, */systemctl.log');
  t.equal(of('network')?.via, 'ip-a.log, ip-r.log');
  t.match(of('network')?.errors, [{ code: 'not-collected', params: { facts: 'tunnel-ports' } }]);
  t.equal(of('configuration')?.status, 'ok');
});

t.test('with ip -d the tunnel is the kernel’s', async (t) => {
  const files = inspected();
  const details =
    '    link/ether 6a:00:00:00:00:01 brd ff:ff:ff:ff:ff:ff promiscuity 0\n    vxlan external id 0 dstport 8472 ttl auto\n';
  files.set('ip-a.log', `${files.get('ip-a.log')}${details}`);
  t.strictSame(remarkable(await only(t, files)), WITHOUT_FACTS.slice(1));
});

t.test('impostors: a name outside of the unit or pod', async (t) => {
  const session = { shim: null, pid: 6000, argv: 'kubelet' };
  // kubelet itself still runs, and lost its ports.
  const real = CONTROL_PLANE.filter(({ service }) => service === 'kubelet').map((one) => ({ ...one, listens: [] }));
  const kubelet = inspected([...real, ...withProcess('kubelet', session)]);
  t.strictSame(
    remarkable(await only(t, kubelet)),
    ['kubelet 10248 wrong-owner not-its-unit', 'kubelet 10250 wrong-owner not-its-unit', ...WITHOUT_FACTS].toSorted(
      (a, b) => Number(b.includes('wrong')) - Number(a.includes('wrong')),
    ),
  );
  const agent = inspected(withProcess('cilium-operator', { shim: null, pid: 6100 }));
  t.ok(
    remarkable(await only(t, agent)).includes('cilium-operator 9234 wrong-owner not-its-unit'),
    'not below a shim of the unit of containerd',
  );
  const shim = inspected();
  const row = 'nobody      7001       1  0 07:00 ?        00:00:00 containerd-shim-runc-v2 -namespace k8s.io -id ';
  shim.set('sys/ps', `${shim.get('sys/ps')?.replace(/^(root +3101 +)2101/m, '$17001')}${row}${'b'.repeat(64)}\n`);
  t.ok(
    remarkable(await only(t, shim)).includes('cilium-operator 9234 unverified owner-unseen'),
    'below a shim that is in no unit of the snap',
  );
  const renamed = inspected(withProcess('kubelet', { comm: 'nc', argv: 'kubelet' }));
  renamed.delete('k8s.kubelet/systemctl.log');
  t.ok(
    remarkable(await only(t, renamed)).includes('kubelet 10248 wrong-owner held-by-another'),
    'argv[0] proves nothing',
  );
});

t.test('a service that was restarted while the report was made is no impostor', async (t) => {
  const [before, after] = [inspected(), inspected(withProcess('kubelet', { pid: 6000 }))];
  for (const path of ['ss-plntu.log', 'sys/ps']) before.set(path, after.get(path) ?? '');
  const unsure = ['kubelet 10248 unverified owner-unseen', 'kubelet 10250 unverified owner-unseen'];
  const verdicts = async (files: ReadonlyMap<string, string>) =>
    remarkable(await only(t, files)).filter((one) => !WITHOUT_FACTS.includes(one));
  t.strictSame(await verdicts(before), unsure, 'its status is of before');
  const late = inspected().set('ss-plntu.log', after.get('ss-plntu.log') ?? '');
  t.strictSame(await verdicts(late), unsure, 'its status and the list of processes are');
  const restarting = inspected();
  const status = restarting.get('k8s.kubelet/systemctl.log') ?? '';
  restarting.set(
    'k8s.kubelet/systemctl.log',
    status.replace('active (running)', 'activating (auto-restart)').replace(/ +CGroup.*/s, ''),
  );
  t.strictSame(await verdicts(restarting), unsure, 'it was restarting');
  const started = inspected();
  const tree = started.get('k8s.containerd/systemctl.log') ?? '';
  started.set('k8s.containerd/systemctl.log', tree.replace(/^.*─2101 .*\n/m, ''));
  t.ok((await verdicts(started)).every((one) => one.startsWith('cilium-operator') && one.includes('unverified')));
});

t.test('where no file tells of units, a name has to do', async (t) => {
  const files = inspected();
  for (const path of [...files.keys()]) if (path.endsWith('systemctl.log') || path === 'sys/ps') files.delete(path);
  const node = await only(t, files);
  t.strictSame(remarkable(node), WITHOUT_FACTS);
  t.ok(node.summary.byName > 0);
});

t.test('configuration: the file and line, as on the node', async (t) => {
  const wide = withProcess('kubelet', {
    argv: '/snap/k8s/2931/bin/kubelet --v=0 --healthz-bind-address=0.0.0.0',
    listens: ['tcp 0.0.0.0:10248', 'tcp *:10250'],
  });
  const files = inspected(wide);
  files.set('args/kubelet', '--v="0"\n--token="SECRET"\n--healthz-bind-address="0.0.0.0"\n');
  const node = await only(t, files);
  const finding = node.findings.find(({ expected }) => expected?.port === 10248);
  t.match(finding, {
    verdict: 'exposed',
    configuration: {
      flag: '--healthz-bind-address',
      source: { path: '/var/snap/k8s/common/args/kubelet', line: 3 },
      inEffect: true,
    },
  });
  t.match(finding?.advice?.text, /line 3 of \/var\/snap\/k8s\/common\/args\/kubelet/);
  t.notMatch(JSON.stringify(node), /SECRET/);
});

t.test('a service that is down: its unit, and what waits for it', async (t) => {
  const down = inspected(CONTROL_PLANE.filter(({ service }) => service !== 'kube-scheduler'));
  const status = down.get('k8s.kube-scheduler/systemctl.log') ?? '';
  down.set('k8s.kube-scheduler/systemctl.log', status.replace('; disabled;', '; enabled;'));
  t.ok(remarkable(await only(t, down)).includes('kube-scheduler 10259 missing unit-not-running'));
});

t.test('several reports are a cluster, each node by its own name', async (t) => {
  const worker = inspected(CONTROL_PLANE.filter(({ service }) => /kubelet|containerd|k8sd|agent/.test(service)));
  worker.delete('is-control-plane-node');
  worker.set('is-worker-node', 'Inspection ran on a worker node.');
  worker.set('uname.log', 'Linux node-2 6.8.0-31-generic #31-Ubuntu SMP x86_64 GNU/Linux\n');
  const members = [inspected(), worker].flatMap((files, at) =>
    [...files].map(([path, content]) => ({ path: `case-${at}/inspection-report/${path}`, content })),
  );
  const { nodes, errors } = await checked(t, members);
  t.strictSame(errors, []);
  t.strictSame(
    nodes.map(({ node }) => [node.hostname, node.role]),
    [
      ['node-1', 'control-plane'],
      ['node-2', 'worker'],
    ],
  );
});

t.test('a snapshot beside the texts is the node', async (t) => {
  const snapshot = await only(t, inspected());
  const bare = inspected().set('sockwatch/node.json', JSON.stringify(snapshot));
  t.equal((await checked(t, inspectionReport(bare))).nodes.length, 1);
  bare.delete('ss-plntu.log');
  t.strictSame((await checked(t, inspectionReport(bare))).errors, [], 'also without texts');
  const loose = [
    { path: 'case/node.json', content: JSON.stringify(snapshot) },
    { path: 'case/ss.txt', content: inspected().get('ss-plntu.log') ?? '' },
  ];
  t.equal((await checked(t, loose)).nodes.length, 1, 'also in a directory that tells nothing else');
  const other = inspected(CONTROL_PLANE.map((one) => ({ ...one, pid: one.pid + 50 })));
  const two = [loose[0], { path: 'case/ss.txt', content: other.get('ss-plntu.log') ?? '' }];
  t.equal(
    (
      await checked(
        t,
        two.filter((one) => one !== undefined),
      )
    ).nodes.length,
    2,
    'but not of another node',
  );
});

t.test('a node is not lost beside a snapshot, or below a stray file, of another', async (t) => {
  const other = await only(t, inspected(CONTROL_PLANE.map((one) => ({ ...one, pid: one.pid + 50 }))));
  const flat = [...inspected()].map(([path, content]) => ({ path, content }));
  const beside = await checked(t, [...flat, { path: 'node-2/once.json', content: JSON.stringify(other) }]);
  t.equal(beside.nodes.length, 2, 'a snapshot in a directory below');
  const text = (port: number) =>
    `State  Recv-Q Send-Q Local Address:Port Peer Address:PortProcess\nLISTEN 0      128          0.0.0.0:${port}       0.0.0.0:*\n`;
  const stray = await checked(t, [
    { path: 'uname.log', content: 'Linux collector 6.8.0 #1 x86_64 GNU/Linux\n' },
    { path: 'node-1/ss-lnt.txt', content: text(6443) },
    { path: 'node-2/ss-lnt.txt', content: text(6443) },
  ]);
  t.equal(stray.nodes.length, 2, 'a fact above their directories');
});
