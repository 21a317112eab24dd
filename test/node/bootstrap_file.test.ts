import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import t from 'tap';
import { DEFAULT_BOOTSTRAP } from '../../src/node/bootstrap.js';
import { parseBootstrapConfig, readBootstrapConfig } from '../../src/node/bootstrap_file.js';

const parse = (text: string) => parseBootstrapConfig('b.yaml', Buffer.from(text));

const SECRET = 'hunter2hunter2';

t.test('keys move the addresses of services', (t) => {
  const text = `
cluster-config:
  network: {enabled: no}
  load-balancer: {enabled: "true"}
  gateway: {enabled: off}
  annotations:
    k8sd/v1alpha1/cilium/tunnel-port: "8474"
secure-port: 7443
etcd-port: &p 12379
etcd-peer-port: *p
datastore-type: external
containerd-base-dir: /opt//k8s/
extra-node-kubelet-args:
  --port: 11250
  --read-only-port: 0
extra-node-kube-proxy-args:
  --healthz-bind-address: null
ca-key: ${SECRET}
`;
  const { settings, ...config } = parse(text);
  t.strictSame(config, {
    file: 'b.yaml',
    securePort: 7443,
    readOnlyPort: 0,
    datastore: 'external',
    hasNetwork: false,
    hasLoadBalancer: true,
    hasEnvoy: false,
    tunnelPort: 8474,
    containerdSocket: '/opt/k8s/run/containerd/containerd.sock',
    containerdDirectory: '/opt/k8s/run/containerd',
  });
  t.strictSame(
    settings.map(({ service, flag, value, key, given, source }) => [service, flag, value, key, given, source.line]),
    [
      ['kube-apiserver', '--secure-port', '7443', 'secure-port', '7443', 8],
      ['k8s-apiserver-proxy', '--listen', ':7443', 'secure-port', '7443', 8],
      ['etcd', '--listen-client-urls', 'https://127.0.0.1:12379', 'etcd-port', '12379', 9],
      ['etcd', '--listen-peer-urls', 'https://127.0.0.1:12379', 'etcd-peer-port', '12379', 10],
      ['containerd', '--address', '/opt/k8s/run/containerd/containerd.sock', 'containerd-base-dir', '/opt/k8s', 12],
      [
        'kube-proxy',
        '--healthz-bind-address',
        '0.0.0.0:10256',
        'extra-node-kube-proxy-args --healthz-bind-address',
        '0.0.0.0:10256',
        17,
      ],
      ['kubelet', '--port', '11250', 'extra-node-kubelet-args --port', '11250', 14],
      ['kubelet', '--read-only-port', '0', 'extra-node-kubelet-args --read-only-port', '0', 15],
    ],
  );
  t.end();
});

t.test("a flag moves containerd's socket, and not the directory that is checked", (t) => {
  t.match(parse('extra-node-containerd-args: {--address: /run/containerd.sock}'), {
    containerdSocket: '/run/containerd.sock',
    containerdDirectory: '/run/containerd',
  });
  t.end();
});

t.test('without a key everything is as usual', (t) => {
  for (const text of ['', '# nothing\n', 'extra-sans: [a]\n', '__proto__: {secure-port: 1}\n', 'secure-port: null\n']) {
    t.strictSame(parse(text), { ...DEFAULT_BOOTSTRAP, file: 'b.yaml' }, text);
  }
  t.equal(parse('extra-node-kubelet-args: {--read-only-port: null}').readOnlyPort, 10_255, "the program's own default");
  t.end();
});

t.test('what cannot be understood is an error with its line, which repeats nothing', (t) => {
  const layers = Array.from({ length: 9 }, (_, at) => {
    const [own, before] = [`l${at + 1}`, `*l${at}`];
    return `${own}: &${own} [${Array(9).fill(before).join(', ')}]`;
  });
  const cases: readonly [text: string, expected: RegExp][] = [
    [`- ${SECRET}`, /^expected a map, found something else$/],
    [SECRET, /^expected a map, /],
    [`a: 1\nsecure-port: ${SECRET}`, /^expected a port from 0 to 65535 as secure-port, /],
    ['secure-port: 65536', /a port/],
    ['secure-port: [6443]', /one value as secure-port/],
    [`cluster-config: ${SECRET}`, /a map as cluster-config, /],
    ['cluster-config: {network: {enabled: 2}}', /true or false as cluster-config network enabled/],
    [`extra-node-kubelet-args: ${SECRET}`, /a map as extra-node-kubelet-args/],
    [`extra-node-kubelet-args: {--address: ${SECRET}}`, /an address as extra-node-kubelet-args --address/],
    ['containerd-base-dir: relative', /an absolute path/],
    [`datastore-type: ${SECRET}`, /etcd, k8s-dqlite, external as datastore-type/],
    ['secure_port: 7443', /^expected secure-port, found a key that is nearly the same$/],
    ['extra-node-kubelets-args: {}', /^expected extra-node-kubelet-args, /],
    [`a: !!${SECRET} 1`, /valid YAML/],
    ['a: 1\na: 2', /unique keys/],
    [`l0: &l0 [x]\n${layers.join('\n')}`, /valid aliases/],
    ['['.repeat(10_000), /levels of nesting/],
    ['a: \0', /text in UTF-8/],
  ];
  for (const [text, message] of cases) {
    try {
      parse(text);
      t.fail(text.slice(0, 40));
    } catch (error) {
      t.match(error, { code: 'ERR_INPUT', problem: message });
      t.notMatch(`${error}`, SECRET);
      t.match(error, { file: /^b\.yaml:\d+$/ });
    }
  }
  t.end();
});

t.test('a file that is too large, or none', async (t) => {
  const directory = t.testdir({ large: 'a'.repeat(1024 * 1024 + 1), own: 'secure-port: 7443\n' });
  await t.rejects(readBootstrapConfig(join(directory, 'large')), {
    code: 'ERR_INPUT',
    message: /at most 1048576 bytes/,
  });
  await t.rejects(readBootstrapConfig(directory), { code: 'ERR_INPUT', message: /a regular file/ });
  t.equal((await readBootstrapConfig(join(directory, 'own'))).securePort, 7443);
  t.match(await readFile(join(directory, 'own'), 'utf8'), '7443');
});
