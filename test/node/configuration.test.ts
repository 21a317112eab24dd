import t from 'tap';
import { argumentSettings, type FileText } from '../../src/node/configuration.js';
import type { Setting } from '../../src/node/setting.js';

const PATH = '/var/snap/k8s/common/args/kubelet';

function settings(text: string | null, commandLine: readonly string[] | null = null, service = 'kubelet') {
  const file: FileText = text === null ? { state: 'absent' } : { state: 'read', text };
  return argumentSettings([{ service, file: { path: PATH, file }, commandLine }]);
}

function setting(flag: string, ...given: Parameters<typeof settings>): Setting | undefined {
  return settings(...given).settings.find((one) => one.flag === flag);
}

t.test('the last of several values counts, with its line', (t) => {
  const text = '--healthz-bind-address="127.0.0.1"\n--v=2\n--healthz-bind-address=0.0.0.0\n';
  t.match(setting('--healthz-bind-address', text), {
    value: '0.0.0.0',
    source: { kind: 'arguments-file', path: PATH, line: 3 },
    inEffect: null,
    running: null,
  });
  t.end();
});

t.test('the forms in which a flag may be given', (t) => {
  for (const text of [
    '--healthz-port=1',
    '--healthz-port 1',
    '--healthz_port=1',
    "--healthz-port='1'",
    '--healthz-port="1" # --healthz-port=2',
    '--x y --healthz-port=1 -- --healthz-port=2',
  ]) {
    t.equal(setting('--healthz-port', text)?.value, '1', text);
  }
  t.equal(setting('--address', '-a /run/x.sock', null, 'containerd')?.value, '/run/x.sock');
  t.equal(
    setting('--listen-peer-urls', '-listen-peer-urls=https://192.0.2.1:2380', null, 'etcd')?.value,
    'https://192.0.2.1:2380',
  );
  t.end();
});

t.test('a flag that is not set has its default', (t) => {
  t.match(setting('--healthz-port', '--v=2'), { value: '10248', source: { kind: 'built-in-default', line: null } });
  t.equal(setting('--etcd-servers', '--v=2', null, 'kube-apiserver'), undefined, 'or nothing');
  // As seen with etcd 3.4.
  const [one, two] = ['http://127.0.0.1:1', 'http://127.0.0.1:2'];
  const repeated = (...values: string[]) =>
    setting('--listen-client-urls', values.map((value) => `--listen-client-urls=${value}`).join('\n'), null, 'etcd')
      ?.value;
  t.equal(repeated(one, two), two, 'the last list counts');
  t.equal(repeated(`${one},${two}`, one), `${one},${two}`, 'but for one URL that is there already');
  t.equal(repeated(one, `${one},${two}`), `${one},${two}`);
  t.strictSame(settings(null).settings, [], 'without a file the service is not set up');
  t.end();
});

t.test('a file of options may set what flags do not', (t) => {
  const proxy = '--config=/etc/proxy.yaml\n--healthz-bind-address=127.0.0.1:10256\n';
  t.equal(setting('--healthz-bind-address', proxy, null, 'kube-proxy'), undefined, 'kube-proxy ignores the flag');
  t.equal(setting('--healthz-bind-address', '--config-dir=/etc/kubelet.d\n'), undefined, 'files that are merged');
  const text = '--config=/etc/kubelet.yaml\n--healthz-port=7\n';
  t.equal(setting('--healthz-port', text)?.value, '7');
  t.equal(setting('--port', text), undefined);
  t.end();
});

t.test('the command line of the process is held against the file', (t) => {
  const same = setting('--healthz-port', '--healthz-port=7', ['--healthz-port', '7']);
  t.match(same, { value: '7', inEffect: true, running: null });
  const pending = setting('--healthz-port', '--healthz-port=7', ['--healthz-port=8']);
  t.match(pending, { value: '7', inEffect: false, running: '8' });
  const removed = setting('--healthz-port', '--v=2', ['--healthz-port=8']);
  t.match(removed, { value: '10248', source: { kind: 'built-in-default' }, inEffect: false, running: '8' });
  const bare = setting('--healthz-port', null, ['--healthz-port=8']);
  t.match(bare, { value: '8', source: { kind: 'command-line', path: null, line: null }, inEffect: true });
  t.end();
});

t.test('what cannot be known is no setting', (t) => {
  const unknown = settings('--healthz-port=$(cat /x)\n--port=1');
  t.equal(
    unknown.settings.find(({ flag }) => flag === '--healthz-port'),
    undefined,
  );
  t.match(unknown.faults, [
    { code: 'setting-not-understood', params: { path: PATH, line: 1, flag: '--healthz-port' } },
  ]);
  const hidden = settings(`--port=1\n\${EXTRA}\n--healthz-port=7`);
  t.strictSame(
    hidden.settings.map(({ flag }) => flag),
    ['--healthz-port'],
    'an expansion may set any flag, but a later one counts',
  );
  t.match(hidden.faults, [{ code: 'arguments-not-literal', params: { line: 2 } }]);
  const broken = settings('--port=1\n--healthz-port=(\n');
  t.strictSame(broken.settings, []);
  t.match(broken.faults, [{ code: 'arguments-not-literal', params: { line: 2 } }]);
  const running = settings(`\${EXTRA}`, ['--healthz-port=8']).settings.find(({ flag }) => flag === '--healthz-port');
  t.match(running, { value: '8', source: { kind: 'command-line' }, inEffect: true }, 'but the process tells');
  t.end();
});

t.test('no secret is kept', (t) => {
  const text = [
    '--token=SECRET',
    '--tls-private-key-file SECRET',
    '--address=SECRET',
    '--port=SECRET',
    '--healthz-bind-address="0.0.0.0 SECRET"',
    "--kubeconfig='SECRET'",
    '# SECRET',
  ].join('\n');
  const etcd =
    '--listen-client-urls=https://user:SECRET@192.0.2.1:2379/SECRET?SECRET#SECRET\n--initial-cluster-token=SECRET';
  const both = [settings(text, text.split('\n')), settings(etcd, null, 'etcd')];
  t.notMatch(JSON.stringify(both), /SECRET/);
  t.match(both[1]?.settings[0], { value: 'https://192.0.2.1:2379' });
  t.end();
});

t.test('a file that cannot be read is a fault', (t) => {
  const fault = { code: 'system-call-failed', params: { syscall: 'open', subject: PATH, errno: 'EACCES' } } as const;
  const input = { service: 'kubelet', file: { path: PATH, file: { state: 'unreadable', fault } } } as const;
  t.strictSame(argumentSettings([{ ...input, commandLine: null }]), { settings: [], faults: [fault] });
  const { settings: known } = argumentSettings([{ ...input, commandLine: ['--port=1'] }]);
  t.equal(known.find(({ flag }) => flag === '--port')?.value, '1');
  t.end();
});
