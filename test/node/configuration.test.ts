import t from 'tap';
import type { Setting } from '../../src/node/setting.js';
import { settingsWith } from './told.js';

const PATH = '/var/snap/k8s/common/args/kubelet';

function settings(text: string | null, commandLine: readonly string[] | null = null, service = 'kubelet') {
  return settingsWith({}, text, commandLine, service);
}

function setting(flag: string, ...given: Parameters<typeof settings>): Promise<Setting | undefined> {
  return settings(...given).then((all) => all.settings.find((one) => one.flag === flag));
}

t.test('the last of several values counts, with its line', async (t) => {
  const text = '--healthz-bind-address="127.0.0.1"\n--v=2\n--healthz-bind-address=0.0.0.0\n';
  t.match(await setting('--healthz-bind-address', text), {
    value: '0.0.0.0',
    source: { kind: 'arguments-file', path: PATH, line: 3 },
    inEffect: null,
    running: null,
  });
});

t.test('the forms in which a flag may be given', async (t) => {
  for (const text of [
    '--healthz-port=1',
    '--healthz-port 1',
    '--healthz_port=1',
    "--healthz-port='1'",
    '--healthz-port="1" # --healthz-port=2',
    '--x y --healthz-port=1 -- --healthz-port=2',
  ]) {
    t.equal((await setting('--healthz-port', text))?.value, '1', text);
  }
  t.equal((await setting('--address', '-a /run/x.sock', null, 'containerd'))?.value, '/run/x.sock');
  t.equal(
    (await setting('--listen-peer-urls', '-listen-peer-urls=https://192.0.2.1:2380', null, 'etcd'))?.value,
    'https://192.0.2.1:2380',
  );
});

t.test('a flag that is not set has its default', async (t) => {
  t.match(await setting('--healthz-port', '--v=2'), {
    value: '10248',
    source: { kind: 'built-in-default', line: null },
  });
  t.equal(await setting('--etcd-servers', '--v=2', null, 'kube-apiserver'), undefined, 'or nothing');
  // As seen with etcd 3.4.
  const [one, two] = ['http://127.0.0.1:1', 'http://127.0.0.1:2'];
  const repeated = async (...values: string[]) => {
    const text = values.map((value) => `--listen-client-urls=${value}`).join('\n');
    return (await setting('--listen-client-urls', text, null, 'etcd'))?.value;
  };
  t.equal(await repeated(one, two), two, 'the last list counts');
  t.equal(await repeated(`${one},${two}`, one), `${one},${two}`, 'but for one URL that is there already');
  t.equal(await repeated(one, `${one},${two}`), `${one},${two}`);
  t.strictSame((await settings(null)).settings, [], 'without a file the service is not set up');
});

t.test('the command line of the process is held against the file', async (t) => {
  const same = await setting('--healthz-port', '--healthz-port=7', ['--healthz-port', '7']);
  t.match(same, { value: '7', inEffect: true, running: null });
  const pending = await setting('--healthz-port', '--healthz-port=7', ['--healthz-port=8']);
  t.match(pending, { value: '7', inEffect: false, running: '8' });
  const removed = await setting('--healthz-port', '--v=2', ['--healthz-port=8']);
  t.match(removed, { value: '10248', source: { kind: 'built-in-default' }, inEffect: false, running: '8' });
  const bare = await setting('--healthz-port', null, ['--healthz-port=8']);
  t.match(bare, { value: '8', source: { kind: 'command-line', path: null, line: null }, inEffect: true });
});

t.test('what cannot be known is no setting', async (t) => {
  const unknown = await settings('--healthz-port=$(cat /x)\n--port=1');
  t.equal(
    unknown.settings.find(({ flag }) => flag === '--healthz-port'),
    undefined,
  );
  t.match(unknown.faults, [
    { code: 'setting-not-understood', params: { path: PATH, line: 1, flag: '--healthz-port' } },
    { code: 'settings-unknown', params: { services: ['kubelet'] } },
  ]);
  const hidden = await settings(`--port=1\n\${EXTRA}\n--healthz-port=7`);
  t.strictSame(
    hidden.settings.map(({ flag }) => flag),
    ['--healthz-port'],
    'an expansion may set any flag, but a later one counts',
  );
  t.match(hidden.faults, [{ code: 'arguments-not-literal', params: { line: 2 } }, { code: 'settings-unknown' }]);
  for (const text of ['$A\n--healthz-port=7\n$B', '--healthz-port=7 $A']) {
    const { settings: known } = await settings(text);
    t.notOk(
      known.some(({ flag }) => flag === '--healthz-port'),
      `${text}: what comes after it may set it again`,
    );
  }
  const broken = await settings('--port=1\n--healthz-port=(\n');
  t.strictSame(broken.settings, []);
  t.match(broken.faults, [{ code: 'arguments-not-literal', params: { line: 2 } }, { code: 'settings-unknown' }]);
  const running = await setting('--healthz-port', `\${EXTRA}`, ['--healthz-port=8']);
  t.match(running, { value: '8', source: { kind: 'command-line' }, inEffect: true }, 'but the process tells');
});

t.test('no secret is kept', async (t) => {
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
  const both = [await settings(text, text.split('\n')), await settings(etcd, null, 'etcd')];
  t.notMatch(JSON.stringify(both), /SECRET/);
  t.match(both[1]?.settings[0], { value: 'https://192.0.2.1:2379' });
});

t.test('a file that cannot be read is a fault', async (t) => {
  const fault = { code: 'system-call-failed', params: { syscall: 'open', subject: PATH, errno: 'EACCES' } } as const;
  const unread = { state: 'unreadable', fault } as const;
  const unknown = { code: 'settings-unknown', params: { services: ['kubelet'] } } as const;
  t.strictSame(await settingsWith({}, unread), { settings: [], faults: [fault, unknown] });
  const { settings: known, faults } = await settingsWith({}, unread, ['--port=1']);
  t.equal(known.find(({ flag }) => flag === '--port')?.value, '1');
  t.strictSame(faults, [fault], 'what the process does is known');
});
