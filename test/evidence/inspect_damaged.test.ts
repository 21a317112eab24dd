import t from 'tap';
import type { SnapshotDocument } from '../../src/snapshot/document/document.js';
import { checked, only, remarkable, withProcess } from './inspected_evidence.js';
import { inspected, inspectionReport } from './inspected_node.js';

t.test('a node without sockets is an error, not silence', async (t) => {
  const files = inspected();
  files.delete('ss-plntu.log');
  const { nodes, errors } = await checked(t, [
    ...inspectionReport(inspected()),
    ...[...files].map(([path, content]) => ({ path: `second/${path}`, content })),
  ]);
  t.equal(nodes.length, 1);
  t.match(errors, [/second: expected output of ss or netstat, or a snapshot/]);
});

t.test('files that are not what their names say', async (t) => {
  for (const [path, name, facts] of [
    ['ip-a.log', 'network', 'failed'],
    ['ip-r.log', 'network', 'partial'],
    ['sys/ps', 'configuration', 'partial'],
    ['k8s.kubelet/systemctl.log', 'configuration', 'partial'],
    ['snap-services-k8s.log', 'configuration', 'partial'],
  ] as const) {
    const node = await only(t, inspected().set(path, `bash: line 1: ${path}: command not found\n`));
    const source = node.coverage.sources.find((one) => one.name === name);
    t.equal(source?.status, facts, path);
    t.match(source?.error, path, path);
    t.strictSame(
      node.findings.filter(({ severity }) => severity === 'error'),
      [],
      `${path}: nothing is made of it`,
    );
  }
});

t.test('processes that are listed, and cannot be read, may be others than their names say', async (t) => {
  const text = inspected().get('sys/ps') ?? '';
  const rows: readonly (readonly [name: string, text: string])[] = [
    ['empty', ''],
    ['a header alone', `${text.split('\n')[0]}\n`],
    ['cut before the commands', text.replace(/^(.{48}).*$/gm, '$1')],
    ['no rows that are one', text.replace(/\d{4}/g, 'xxxx').replace(/^root +1 .*\n/m, '')],
  ];
  for (const [name, ps] of rows) {
    const node = await only(t, inspected().set('sys/ps', ps));
    const owners = node.coverage.sources.find((one) => one.name === 'owners');
    t.match(owners?.errors.at(-1), { code: 'file-not-understood', params: { path: 'sys/ps' } }, name);
    t.equal(node.summary.byName, 0, `${name}: no row rests on a name`);
    t.ok(remarkable(node).includes('cilium-agent 9879 unverified owner-unseen'), name);
    t.notOk(
      remarkable(node).some((one) => one.startsWith('kubelet')),
      `${name}: trees of units are as good as ever`,
    );
  }
});

t.test('lists that are cut, or show only a part, are not taken for whole', async (t) => {
  const setting = ({ node }: SnapshotDocument, flag: string) =>
    node.configuration?.find((one) => one.service === 'kubelet' && one.flag === flag);
  const wide = inspected().set('args/kubelet', '--v="0"\n--healthz-bind-address="0.0.0.0"\n');
  t.match(setting(await only(t, wide), '--healthz-bind-address'), { inEffect: false, running: '127.0.0.1' });
  const argv = `/snap/k8s/2931/bin/kubelet --v=0 ${'--x=y '.repeat(20)}--healthz-bind-address=0.0.0.0`;
  const files = inspected(withProcess('kubelet', { argv })).set('args/kubelet', '--healthz-bind-address="0.0.0.0"\n');
  const cut = (files.get('sys/ps') ?? '').replace(/^(.{120}).*$/gm, '$1');
  t.match(setting(await only(t, files.set('sys/ps', cut)), '--healthz-bind-address'), {
    inEffect: null,
    running: null,
  });

  const ofIPv6 = (inspected().get('ip-a.log') ?? '').replace('inet 192.0.2.2/24', 'inet6 fd00::2/64');
  const noRoutes = inspected().set('ip-a.log', ofIPv6).set('ip-r.log', '');
  noRoutes.delete('k8s.k8sd/k8sd-info.yaml');
  const codes = async (report: ReadonlyMap<string, string>) =>
    (await only(t, report)).findings.filter(({ expected }) => expected?.host === 'default').map(({ code }) => code);
  t.strictSame(new Set(await codes(noRoutes)), new Set(['default-route-unread']), 'ip route prints IPv4 alone');
  const noneAtAll = noRoutes.set('ip-a.log', (inspected().get('ip-a.log') ?? '').replace(/ +inet6 fe80.*\n/, ''));
  t.strictSame(new Set(await codes(noneAtAll)), new Set(['no-default-route']));
});

t.test('the first word of what a process made of its command line is no name', async (t) => {
  const argv0Of = async (argv: string) => {
    const { sockets } = await only(t, inspected(withProcess('kubelet', { argv })));
    const [owner] = sockets.find(({ port }) => port === 10250)?.owners ?? [];
    return owner?.kind === 'process' ? owner.argv0 : undefined;
  };
  t.equal(await argv0Of('/snap/k8s/2931/bin/kubelet --v=0'), '/snap/k8s/2931/bin/kubelet');
  for (const argv of ['hunter2', 'hunter2 kubelet', 'token=hunter2/kubelet', 'kubelet:hunter2']) {
    t.equal(await argv0Of(argv), null, argv);
  }
});

t.test('carriage returns: of a report that was converted, or in the arguments of the service', async (t) => {
  const files = inspected().set('args/kubelet', '--v="0"\r\n--healthz-bind-address="0.0.0.0"\r\n');
  const value = ({ node }: SnapshotDocument) =>
    node.configuration?.find(({ service, flag }) => service === 'kubelet' && flag === '--healthz-bind-address')?.value;
  const own = await only(t, files);
  t.not(value(own), '0.0.0.0', 'kubelet itself would not understand it');
  const source = own.coverage.sources.find(({ name }) => name === 'configuration');
  t.match(source?.errors, [{ code: 'setting-not-understood', params: { line: 2 } }]);
  const converted = [...files].map(([path, text]) => [path, text.replaceAll(/\r?\n/g, '\r\n')] as const);
  t.equal(value(await only(t, new Map(converted))), '0.0.0.0');
});

t.test('a report of microk8s inspect', async (t) => {
  const files = inspected();
  const { hostname } = (await only(t, files)).node;
  const status = (files.get('k8s.kubelet/systemctl.log') ?? '').replaceAll(
    'snap.k8s.kubelet',
    'snap.microk8s.daemon-kubelite',
  );
  const { nodes } = await checked(
    t,
    inspectionReport(
      new Map([
        ['network/ip-addr', files.get('ip-a.log') ?? ''],
        ['network/ip-route', files.get('ip-r.log') ?? ''],
        ['network/ss', files.get('ss-plntu.log') ?? ''],
        ['sys/ps', files.get('sys/ps') ?? ''],
        ['args/kubelet', '--healthz-bind-address=0.0.0.0\n'],
        ['snap.microk8s.daemon-kubelite/systemctl.log', status],
        ['uname.log', files.get('uname.log') ?? ''],
      ]),
    ),
  );
  const [node] = nodes;
  t.equal(node?.node.hostname, hostname);
  t.equal(node?.node.configuration, null, 'its arguments are of another snap');
  t.ok(remarkable(node as SnapshotDocument).includes('kubelet 10250 wrong-owner not-its-unit'));
  t.strictSame(node?.node.defaultAddresses, ['192.0.2.2']);
});

t.test('tables of other namespaces are not the node’s', async (t) => {
  const text = (port: number) =>
    `Netid State  Recv-Q Send-Q Local Address:Port Peer Address:PortProcess\ntcp   LISTEN 0      128          0.0.0.0:${port}       0.0.0.0:*   users:(("x",pid=77,fd=3))\n`;
  const sos = 'sosreport-node-1/sos_commands/networking';
  const files = inspected();
  const { nodes } = await checked(t, [
    { path: `${sos}/ip_-d_address`, content: files.get('ip-a.log') ?? '' },
    { path: `${sos}/ip_route_show_table_all`, content: files.get('ip-r.log') ?? '' },
    { path: `${sos}/ip_netns_exec_cni-1_ss_-peaonmi`, content: text(8080) },
    { path: `${sos}/ip_netns_exec_cni-2_ss_-peaonmi`, content: 'Cannot open network namespace "cni-2"\n' },
    { path: `${sos}/ss_-peaonmi`, content: files.get('ss-plntu.log') ?? '' },
    { path: 'sosreport-node-1/sos_commands/host/hostname', content: 'node-9\n' },
  ]);
  const [node, ...others] = nodes;
  t.equal(others.length, 0);
  t.equal(node?.node.hostname, 'node-9');
  t.strictSame(
    node?.namespaces?.map(({ name }) => name),
    ['cni-1'],
  );
  t.notOk(node?.findings.some(({ sockets }) => sockets.some((id) => id.includes('netns'))));
});
