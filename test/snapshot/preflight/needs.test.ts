import t from 'tap';
import { DEFAULT_BOOTSTRAP } from '../../../src/node/bootstrap.js';
import { parseBootstrapConfig } from '../../../src/node/bootstrap_file.js';
import { checkedPorts, neededAddresses, type Plan } from '../../../src/snapshot/preflight/needs.js';
import { builtinPageOf, builtinSpec } from '../../../src/spec/builtin.js';

const plan = (fields: Partial<Plan> = {}): Plan => ({
  spec: builtinSpec(),
  role: 'control-plane',
  join: false,
  config: DEFAULT_BOOTSTRAP,
  ...fields,
});

const config = (text: string) => parseBootstrapConfig('b.yaml', Buffer.from(text));

/** `6443/tcp`, with `?` where it may be needed and `-` where it is not. */
const places = (given: Plan): string[] =>
  neededAddresses(given).map(
    ({ port, protocol, path, abstract, needed }) =>
      `${path ?? abstract ?? `${port}/${protocol}`}${{ always: '', maybe: '?', no: '-' }[needed]}`,
  );

const EVERYWHERE = ['9879/tcp', '9890/tcp', '10248/tcp', '4240/tcp', '6400/tcp', '4244/tcp', '6443/tcp', '10250/tcp'];
const REST = ['/run/containerd/containerd.sock', '9964/tcp?', 'snap.k8s.k8sd'];
const CHECKED_ONLY = ['10255/tcp-', '10256/tcp-', '10249/tcp-', '179/tcp-'];

t.test('what each role needs', (t) => {
  const operator = ['9234/tcp', '9891/tcp', '2379/tcp', '2380/tcp', '9963/tcp', '8472/udp', '10257/tcp', '10259/tcp'];
  t.strictSame(places(plan()), [...EVERYWHERE, ...operator, ...REST, ...CHECKED_ONLY]);
  const maybe = ['9234/tcp?', '9891/tcp?', '9963/tcp?', '8472/udp'];
  t.strictSame(places(plan({ role: 'worker' })), [...EVERYWHERE, ...maybe, ...REST, ...CHECKED_ONLY]);
  t.ok(places(plan({ join: true })).includes('9963/tcp?'), 'the operator of the cluster runs elsewhere');
  t.match(
    neededAddresses(plan({ role: 'worker' })).find(({ port }) => port === 6443),
    { service: 'k8s-apiserver-proxy', checkedAs: 'kube-apiserver-proxy' },
  );
  t.end();
});

t.test('what a configuration takes away and adds', (t) => {
  const without = places(plan({ config: config('cluster-config: {network: {enabled: false}}') }));
  t.notOk(
    without.some((one) => /^(?:4240|4244|9879|9963|9964|8472)\//.test(one)),
    'no Cilium',
  );
  for (const one of ['10249/tcp', '10256/tcp']) t.ok(without.includes(one), `kube-proxy has ${one}`);

  const balanced = config('cluster-config: {load-balancer: {enabled: true}}');
  for (const one of ['9120/tcp', '17472/tcp', '7946/tcp', '7946/udp'])
    t.ok(places(plan({ config: balanced })).includes(one));
  const older = builtinPageOf(builtinSpec(), '1.35') ?? builtinSpec();
  t.ok(places(plan({ config: balanced, spec: older })).includes('7472/tcp'));
  t.notOk(places(plan({ config: balanced, spec: older })).includes('9120/tcp'));

  const dqlite = places(plan({ config: config('datastore-type: k8s-dqlite\nk8s-dqlite-port: 9001'), spec: older }));
  t.notOk(dqlite.includes('2379/tcp'));
  const external = places(plan({ config: config('datastore-type: external') }));
  t.notOk(external.some((one) => /^(?:2379|2380)/.test(one)));
  t.end();
});

t.test('what a configuration moves, with its key', (t) => {
  const needs = neededAddresses(
    plan({
      config: config(`
secure-port: 7443
etcd-port: 12379
cluster-config: {annotations: {k8sd/v1alpha1/cilium/tunnel-port: 8474}}
containerd-base-dir: /opt/k8s
extra-node-kubelet-args: {--healthz-port: 0, --read-only-port: 10255}
extra-node-kube-scheduler-args: {--secure-port: 11259}
`),
    }),
  );
  const moved = needs.flatMap(({ port, path, configuration, checkedAs }) =>
    configuration === null ? [] : [[path ?? port, configuration.key, configuration.value, checkedAs]],
  );
  t.strictSame(moved, [
    [7443, 'secure-port', '7443', 'kube-apiserver'],
    [12379, 'etcd-port', '12379', 'etcd'],
    [8474, 'k8sd/v1alpha1/cilium/tunnel-port', '8474', null],
    [11259, 'extra-node-kube-scheduler-args --secure-port', '11259', 'kube-scheduler'],
    ['/opt/k8s/run/containerd/containerd.sock', 'containerd-base-dir', '/opt/k8s', null],
  ]);
  const ports = needs.map(({ port }) => port);
  t.notOk(ports.includes(10248), 'a health check that is turned off');
  t.match(
    needs.find(({ port }) => port === 10255),
    { needed: 'always', checkedAs: 'kubelet-read-only' },
  );
  t.end();
});

t.test('what bootstrap checks', (t) => {
  const ports = (text: string, role: 'control-plane' | 'worker' = 'control-plane') =>
    checkedPorts({ role, config: config(text) }).map(({ name, port }) => `${name} ${port}`);
  t.strictSame(ports('', 'worker'), [
    'kubelet 10250',
    'kubelet-healthz 10248',
    'kubelet-read-only 10255',
    'kube-proxy-healhz 10256',
    'kube-proxy-metrics 10249',
    'loadbalancer 179',
    'kube-apiserver-proxy 6443',
  ]);
  t.strictSame(ports('extra-node-kubelet-args: {--read-only-port: 0, --port: 0, --healthz-port: 1}'), [
    'kubelet-healthz 1',
    'kube-proxy-healhz 10256',
    'kube-proxy-metrics 10249',
    'loadbalancer 179',
    'kube-apiserver 6443',
    'kube-scheduler 10259',
    'kube-controller-manager 10257',
    'etcd 2379',
    'etcd-peer 2380',
  ]);
  t.notOk(ports('datastore-type: external').some((one) => one.startsWith('etcd')));
  t.ok(
    ports('extra-node-kube-apiserver-args: {--secure-port: 7443}').includes('kube-apiserver 6443'),
    'the arguments of the API server are not looked at',
  );
  t.end();
});
