import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import t from 'tap';
import { BUILTIN_FILE, BUILTIN_SOURCE, builtinSpec } from '../../src/spec/builtin.js';
import type { RowNote } from '../../src/spec/notes.js';
import { readNotes } from '../../src/spec/notes_file.js';
import { readPage } from '../../src/spec/page.js';
import { rowText } from './helpers.js';

const spec = builtinSpec();

t.test('the stored page and notes are those of the source files', async (t) => {
  const pathOf = (name: string) => fileURLToPath(new URL(`../../../src/spec/builtin/${name}`, import.meta.url));
  const page = await readPage(pathOf('services-and-ports.md'));
  const notes = await readNotes(pathOf('notes.yaml'));
  t.strictSame(spec, { ...page, source: BUILTIN_SOURCE, notes: { ...notes, sources: [BUILTIN_SOURCE] } });
  t.notMatch(readFileSync(BUILTIN_FILE, 'utf8'), /src\/spec/, 'no path of the build machine');
});

t.test('the rows of the built-in page', (t) => {
  t.match(spec, { title: 'Services and ports', source: 'builtin:canonical-k8s', sha256: /^[0-9a-f]{64}$/ });
  t.strictSame(spec.rows.map(rowText), [
    'all cilium-agent localhost:9879/tcp',
    'all cilium-agent localhost:9890/tcp',
    'all kubelet localhost:10248/tcp',
    'all kube-proxy localhost:10249/tcp',
    'all kube-proxy localhost:10256/tcp',
    'all cilium-agent default:4240/tcp',
    'all k8sd default:6400/tcp',
    'all cilium-agent *:4244/tcp',
    'all kube-apiserver *:6443/tcp',
    'all kubelet *:10250/tcp',
    'control-plane cilium-operator localhost:9234/tcp',
    'control-plane cilium-operator localhost:9891/tcp',
    'control-plane etcd default:2379/tcp',
    'control-plane etcd default:2380/tcp',
    'control-plane cilium-operator *:9963/tcp',
    'control-plane cilium-agent *:8472/udp',
    'control-plane kube-controller *:10257/tcp',
    'control-plane kube-scheduler *:10259/tcp',
    'all containerd /run/containerd/containerd.sock',
  ]);
  t.ok(spec.rows.every(({ description }) => description !== ''));
  t.end();
});

/** The built-in notes on the rows with this service and, where it is given, port. */
function notesOn(service: string, port: number | null = null): readonly RowNote[] {
  return spec.notes.rows.filter(({ match }) => match.service === service && (match.port ?? port) === port);
}

t.test('every row note matches a row of the page', (t) => {
  for (const { match } of spec.notes.rows) {
    const named = spec.rows.some((row) => {
      if (row.service !== match.service) return false;
      if (row.kind === 'unix') return match.path === row.path;
      return (match.port ?? row.port) === row.port && (match.protocol ?? row.protocol) === row.protocol;
    });
    t.ok(named, JSON.stringify(match));
  }
  t.end();
});

t.test('row notes', (t) => {
  t.strictSame(notesOn('cilium-agent', 8472)[0]?.roles, ['control-plane', 'worker']);
  t.strictSame(notesOn('kube-apiserver', 6443)[0]?.serviceByRole, { worker: 'k8s-apiserver-proxy' });
  t.match(notesOn('kube-proxy')[0]?.condition, 'when Cilium does not replace kube-proxy');
  t.match(notesOn('cilium-operator')[0]?.condition, 'when the one cilium-operator of the cluster runs on this node');
  t.match(notesOn('kube-controller', 10257)[0]?.hardening, /hardening guide/);
  t.match(notesOn('kube-scheduler', 10259)[0]?.hardening, /hardening guide/);
  t.match(notesOn('containerd')[0]?.paths, ['/**/run/containerd/containerd.sock']);
  t.end();
});

t.test('snap services have units, services in pods have none', (t) => {
  const units = (name: string): readonly string[] | undefined => spec.notes.services.get(name)?.units;
  const names = ['k8sd', 'kubelet', 'kube-apiserver', 'kube-controller-manager', 'kube-scheduler', 'kube-proxy'];
  for (const name of [...names, 'containerd', 'etcd', 'k8s-dqlite', 'k8s-apiserver-proxy']) {
    t.strictSame(units(name), [`snap.k8s.${name}.service`]);
  }
  t.strictSame(units('kube-controller'), units('kube-controller-manager'));
  t.strictSame(units('cilium-agent'), []);
  t.strictSame(spec.notes.services.get('cilium-agent')?.devices, ['cilium_vxlan']);
  t.end();
});

t.test('legitimate listeners have owners and a scope', (t) => {
  const listed = spec.notes.listeners.map(({ owners, devices, scope, addresses, protocols, ports }) => {
    const numbers = ports.map(({ from, to }) => (from === to ? `${from}` : `${from}-${to}`)).join() || 'any port';
    return [[...owners, ...devices].join('+'), scope, addresses.join() || '*', protocols.join('+'), numbers].join(' ');
  });
  const envoy = 'cilium-envoy';
  t.strictSame(listed, [
    'etcd loopback * tcp 2379',
    'containerd loopback * tcp any port',
    'cilium-agent loopback * tcp+udp any port',
    `cilium-agent+${envoy} any * tcp 9964`,
    `cilium-agent+${envoy} loopback * tcp 10000-20000`,
    `${envoy} loopback * tcp 9878,9901`,
    'cilium-agent any * tcp 9962',
    'cilium-agent any * tcp 4250,9965,10095',
    'cilium-agent loopback * tcp 6060',
    'cilium-operator loopback * tcp 6061',
    'spire-agent any * tcp 4251',
    'cilium_geneve any * udp 6081',
    'cilium_wg0 any * udp 51871',
    'cilium-agent+kube-proxy any * tcp 30000-32767',
    'k8s-dqlite any * tcp 9000',
    'speaker any * tcp 7472,9120',
    'speaker loopback * tcp 17472',
    'speaker any * tcp+udp 7946',
    'sshd+systemd any * tcp 22',
    'systemd-resolved loopback 127.0.0.53,127.0.0.54 tcp+udp 53',
    'systemd-networkd any * udp 68,546',
    'chronyd loopback * udp 323',
    'rpcbind+systemd any * tcp+udp 111',
  ]);
  t.end();
});

t.test('an incomplete package', async (t) => {
  const { builtinSpec: broken } = await t.mockImport<typeof import('../../src/spec/builtin.js')>(
    new URL('../../src/spec/builtin.js', import.meta.url).href,
    { 'node:fs': { readFileSync: () => '{ "cut' } },
  );
  t.throws(broken, {
    code: 'ERR_INPUT',
    message: /builtin\.json: the built-in page cannot be read: Unterminated string in JSON/,
    hint: /^The package is incomplete: build or install it again\. A bundler must leave the package out/,
  });
});
