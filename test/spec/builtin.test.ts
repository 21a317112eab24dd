import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import t from 'tap';
import {
  BUILTIN_PAGES,
  BUILTIN_SOURCE,
  builtinPageOf,
  builtinSpec,
  chooseBuiltin,
  specFor,
} from '../../src/spec/builtin.js';
import type { RowNote } from '../../src/spec/notes.js';
import { readNotes } from '../../src/spec/notes_file.js';
import { readPage } from '../../src/spec/page.js';
import type { Row } from '../../src/spec/rows.js';
import { fixture, rowText } from './helpers.js';

const spec = builtinSpec();

t.test('the stored pages and notes are those of the source files', async (t) => {
  const pathOf = (name: string) => fileURLToPath(new URL(`../../../src/spec/builtin/${name}`, import.meta.url));
  const notes = await readNotes(pathOf('notes.yaml'));
  t.strictSame(spec.notes, { ...notes, sources: [BUILTIN_SOURCE] });
  t.equal(spec.builtin.length, BUILTIN_PAGES.length);
  for (const [at, { file, releases }] of BUILTIN_PAGES.entries()) {
    const { source: _, ...page } = await readPage(pathOf(file));
    t.strictSame(spec.builtin[at], { ...page, releases });
  }
  t.notMatch(
    readFileSync(new URL('../../src/spec/builtin.json', import.meta.url), 'utf8'),
    /src\/spec/,
    'no path of the build machine',
  );
});

const REPLACED = ' (when Cilium does not replace kube-proxy)';

t.test('the rows of the built-in pages', (t) => {
  const rowsOf = (release: string, proxy: string, ...dqlite: string[]): void => {
    const page = builtinPageOf(spec, release);
    t.match(page, { title: 'Services and ports', source: 'builtin:canonical-k8s', release, isByRelease: false });
    t.match(page?.sha256, /^[0-9a-f]{64}$/);
    t.strictSame(page?.rows.map(rowText), [
      'all cilium-agent localhost:9879/tcp',
      'all cilium-agent localhost:9890/tcp',
      'all kubelet localhost:10248/tcp',
      `all kube-proxy localhost:10249/tcp${proxy}`,
      `all kube-proxy localhost:10256/tcp${proxy}`,
      'all cilium-agent default:4240/tcp',
      'all k8sd default:6400/tcp',
      'all cilium-agent *:4244/tcp',
      'all kube-apiserver *:6443/tcp',
      'all kubelet *:10250/tcp',
      'control-plane cilium-operator localhost:9234/tcp',
      'control-plane cilium-operator localhost:9891/tcp',
      'control-plane etcd default:2379/tcp',
      'control-plane etcd default:2380/tcp',
      ...dqlite,
      'control-plane cilium-operator *:9963/tcp',
      'control-plane cilium-agent *:8472/udp',
      'control-plane kube-controller *:10257/tcp',
      'control-plane kube-scheduler *:10259/tcp',
      'all containerd /run/containerd/containerd.sock',
    ]);
    t.ok(page?.rows.every(({ description }) => description !== ''));
  };
  for (const release of ['1.32', '1.33', '1.34', '1.35']) {
    rowsOf(release, '', 'control-plane k8s-dqlite default:9000/tcp (Only applies where k8s-dqlite is the datastore)');
  }
  rowsOf('1.36', REPLACED);
  for (const release of ['1.31', '1.37', '1.3', '', 'canonical-k8s']) t.equal(builtinPageOf(spec, release), null);
  t.end();
});

t.test('pages in the published layout have the rows of the built-in ones', async (t) => {
  const withoutWords = (row: Row) => ({ ...row, line: 0, description: '', condition: row.condition !== null });
  for (const { file, releases } of BUILTIN_PAGES) {
    const page = await readPage(fixture(`pages/layout/${file}`));
    t.equal(page.title, spec.title);
    t.strictSame(page.rows.map(withoutWords), builtinPageOf(spec, releases[0])?.rows.map(withoutWords), file);
  }
});

t.test('the installed release chooses the page', (t) => {
  const cases: [installed: string | null, release: string][] = [
    ['1.32.0', '1.32'],
    ['1.34', '1.34'],
    ['v1.35.11', '1.35'],
    ['1.35.0-rc.1+build', '1.35'],
    ['1.36.4', '1.36'],
    // The newest for all others.
    ['1.37.0', '1.36'],
    ['1.320.0', '1.36'],
    ['1.31.9', '1.36'],
    ['2.0', '1.36'],
    ['latest', '1.36'],
    ['', '1.36'],
    [null, '1.36'],
  ];
  for (const [installed, release] of cases) {
    const choice = chooseBuiltin(spec.builtin, installed);
    t.equal(choice.release, release, String(installed));
    t.ok(choice.page.releases.includes(release));
    const { rows, sha256, title } = choice.page;
    t.strictSame(specFor(spec, installed), { ...spec, rows, sha256, title, release });
  }
  t.equal(specFor(spec, null), spec, 'the same object while the page stays');
  const asked = builtinPageOf(spec, '1.34') ?? spec;
  t.equal(specFor(asked, '1.36.1'), asked, 'a page that was asked for stays');
  t.throws(() => chooseBuiltin([], null), TypeError);
  t.end();
});

/** The built-in notes on the rows with this service and, where it is given, port. */
function notesOn(service: string, port: number | null = null): readonly RowNote[] {
  return spec.notes.rows.filter(({ match }) => match.service === service && (match.port ?? port) === port);
}

t.test('every row note matches a row of a page', (t) => {
  for (const { match } of spec.notes.rows) {
    const rows = spec.builtin.flatMap((page) => page.rows);
    const named = rows.some((row) => {
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
  t.match(notesOn('k8s-dqlite')[0]?.condition, 'when k8s-dqlite is the datastore');
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
    'k8s-sockwatch any * tcp 9477',
  ]);
  t.end();
});
