import t from 'tap';
import type { Setting } from '../../src/node/setting.js';
import { NO_NOTES, type Notes } from '../../src/spec/notes.js';
import { evaluate } from '../../src/verdict/evaluate.js';
import type { Finding } from '../../src/verdict/finding.js';
import {
  capture,
  held,
  listener,
  NODE,
  notes,
  processOwner,
  row,
  setting,
  socketFile,
  spec,
  unixListener,
  unixRow,
} from './factory.js';

const NOTES: Notes = { ...notes({}), sources: ['a test'] };
const PATH = '/run/containerd/containerd.sock';

/** Findings of rows and sockets on a node with this configuration. */
function find(
  rows: Parameters<typeof spec>[0],
  sockets: Parameters<typeof capture>[0],
  configuration: readonly Setting[],
  known = NOTES,
  observed = {},
): readonly Finding[] {
  const node = { ...NODE, configuration };
  return evaluate(spec(rows, { notes: known }), capture(sockets, { node, ...observed }), 'control-plane').findings;
}

const summary = (findings: readonly Finding[]): string[] => findings.map(({ verdict, code }) => `${verdict} ${code}`);
const API = row('*:6443', 'kube-apiserver');
const K8SD = row('default:6400', 'k8sd');
const PEER = row('default:2380', 'etcd');

t.test('a service at the port that it was given', (t) => {
  const configuration = [setting('kube-apiserver', '--secure-port', '7443')];
  const [finding] = find([API], [held('kube-apiserver', '0.0.0.0', 7443)], configuration);
  t.match(finding, {
    verdict: 'configured',
    severity: 'info',
    expected: { port: 6443 },
    code: 'configured-place',
    params: { service: 'kube-apiserver', flag: '--secure-port', value: '7443' },
    configuration: { flag: '--secure-port', value: '7443', source: { line: 7 }, inEffect: true },
    advice: null,
  });
  const old = held('nc', '0.0.0.0', 6443);
  t.strictSame(
    summary(find([API], [held('kube-apiserver', '0.0.0.0', 7443), old], configuration)),
    ['configured configured-place', 'unexpected not-in-spec'],
    'a stranger at the old port is unexpected',
  );
  t.strictSame(summary(find([API], [], configuration)), ['missing no-listener']);
  t.strictSame(
    summary(find([API], [held('kube-apiserver', '0.0.0.0', 7443)], configuration, NO_NOTES)),
    ['missing runs-but-not-here', 'unexpected not-in-spec'],
    'the page alone knows no configuration',
  );
  t.end();
});

t.test('configuration never excuses an address', (t) => {
  const wide = [setting('k8sd', 'address', '0.0.0.0:2380')];
  t.match(find([K8SD], [held('k8sd', '0.0.0.0', 2380)], wide)[0], {
    verdict: 'exposed',
    configuration: { flag: 'address' },
  });
  const tight = [
    setting('kube-apiserver', '--secure-port', '6443'),
    setting('kube-apiserver', '--bind-address', '127.0.0.1'),
  ];
  t.match(find([API], [held('kube-apiserver', '127.0.0.1', 6443)], tight)[0], {
    verdict: 'narrowed',
    severity: 'warning',
    configuration: { flag: '--bind-address', value: '127.0.0.1' },
    advice: {
      text: /^Change --bind-address=127\.0\.0\.1 in line 7 of .* to 0\.0\.0\.0, and restart kube-apiserver\.$/,
    },
  });
  t.end();
});

t.test('the ports of Cluster API: k8sd where the page has the peers of etcd', (t) => {
  const configuration = [
    setting('k8sd', 'address', '192.0.2.2:2380'),
    setting('etcd', '--listen-peer-urls', 'https://192.0.2.2:2381'),
  ];
  const sockets = [held('k8sd', '192.0.2.2', 2380), held('etcd', '192.0.2.2', 2381)];
  t.strictSame(summary(find([K8SD, PEER], sockets, configuration)), [
    'configured configured-place',
    'configured configured-place',
  ]);
  t.strictSame(
    summary(find([K8SD, PEER], sockets, configuration.slice(0, 1))),
    ['configured configured-place', 'missing runs-but-not-here', 'unexpected not-in-spec'],
    'what is at its own place is no stranger there, even if nothing is known of etcd',
  );
  t.end();
});

t.test('the process keeps its value until it restarts', (t) => {
  const configuration = [setting('kube-apiserver', '--secure-port', '7443', { inEffect: false, running: '6443' })];
  const [finding] = find([API], [held('kube-apiserver', '0.0.0.0', 6443)], configuration);
  t.match(finding, {
    verdict: 'ok',
    params: { running: '6443' },
    configuration: { value: '7443', inEffect: false },
    message: /a restart is pending/,
    advice: { commands: ['sudo snap restart k8s.kube-apiserver'] },
  });
  t.end();
});

t.test('several URLs, of which one is at the port of the page', (t) => {
  const etcd = row('default:2379', 'etcd');
  const both = [setting('etcd', '--listen-client-urls', 'https://192.0.2.2:2379,https://127.0.0.1:2399')];
  t.match(find([etcd], [held('etcd', '192.0.2.2', 2379)], both)[0], { verdict: 'ok' });
  t.end();
});

t.test('a port of 0 turns a listener off, which is no other place', (t) => {
  const kubelet = row('localhost:10248', 'kubelet');
  const off = [setting('kubelet', '--healthz-port', '0')];
  t.match(find([kubelet], [], off)[0], { verdict: 'missing' });
  t.end();
});

t.test('a moved unix socket', (t) => {
  const moved = '/srv/x/run/containerd/containerd.sock';
  const owners = [processOwner('containerd')];
  const observed = { files: [socketFile(PATH, { state: 'absent', device: null, inode: null }), socketFile(moved)] };
  const configuration = [setting('containerd', '--address', moved)];
  const found = find([unixRow(PATH, 'containerd')], [unixListener(moved, { owners })], configuration, NOTES, observed);
  t.match(found[0], { verdict: 'configured', params: { value: moved }, expected: { path: PATH } });
  t.end();
});

t.test('names that a page cuts short are those of the snap', (t) => {
  const cut = row('*:10257', 'kube-controller');
  const configuration = [setting('kube-controller-manager', '--secure-port', '10357')];
  t.match(find([cut], [held('kube-controller-manager', '0.0.0.0', 10357)], configuration)[0], {
    verdict: 'configured',
  });
  t.match(find([cut], [listener('0.0.0.0', 10357)], configuration)[0], { verdict: 'unverified' }, 'of unknown owner');
  t.end();
});
