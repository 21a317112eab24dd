import t from 'tap';
import type { Setting } from '../../src/node/setting.js';
import { settingsWith } from './told.js';

const FILE = '/etc/kubernetes/options.yaml';
const KUBELET = 'apiVersion: kubelet.config.k8s.io/v1beta1\nkind: KubeletConfiguration\n';
const PROXY = 'apiVersion: kubeproxy.config.k8s.io/v1alpha1\nkind: KubeProxyConfiguration\n';
const WITH_FILE = `--config=${FILE}\n`;

type Files = Parameters<typeof settingsWith>[0];

async function setting(flag: string, files: Files, text = WITH_FILE, service = 'kubelet', process?: readonly string[]) {
  const { settings, faults } = await settingsWith(files, text, process ?? null, service);
  const found: Setting | undefined = settings.find((one) => one.flag === flag);
  return { value: found?.value, source: found?.source, found, codes: faults.map(({ code }) => code) };
}

t.test('a file of options decides what no flag does, by its line', async (t) => {
  const files = { [FILE]: `${KUBELET}# address: 192.0.2.1\nhealthzBindAddress: 0.0.0.0\nport: 10251\n` };
  t.match(await setting('--healthz-bind-address', files), {
    value: '0.0.0.0',
    source: { kind: 'options-file', path: FILE, line: 4 },
    codes: [],
  });
  t.match(await setting('--port', files), { value: '10251', source: { line: 5 } });
  t.match(await setting('--address', files), { value: '0.0.0.0', source: { kind: 'built-in-default' } });
  t.match(await setting('--read-only-port', files), { value: '0' }, 'which differs where there is a file');
  t.match(await setting('--read-only-port', {}, '--v=2\n'), { value: '10255' });
  const flag = `${WITH_FILE}--healthz-bind-address=127.0.0.1\n`;
  t.match(await setting('--healthz-bind-address', files, flag), {
    value: '127.0.0.1',
    source: { kind: 'arguments-file', line: 2 },
  });
  t.match(await setting('--port', files, "--config=/nowhere --config '' --port=7\n"), { value: '7', codes: [] });
});

t.test('kube-proxy and etcd ignore flags beside it', async (t) => {
  const files = { [FILE]: `${PROXY}metricsBindAddress: 0.0.0.0\n` };
  const text = `${WITH_FILE}--healthz-bind-address=127.0.0.1:7\n--metrics-bind-address=127.0.0.1:8\n`;
  t.match(await setting('--metrics-bind-address', files, text, 'kube-proxy'), {
    value: '0.0.0.0:10249',
    source: { kind: 'options-file', line: 3 },
  });
  t.match(await setting('--healthz-bind-address', files, text, 'kube-proxy'), {
    value: '0.0.0.0:10256',
    source: { kind: 'built-in-default' },
  });
  const ipv6 = { [FILE]: `${PROXY}bindAddress: "::"\n` };
  t.match(await setting('--metrics-bind-address', ipv6, text, 'kube-proxy'), {
    value: '[::1]:10249',
    source: { line: 3 },
  });
  t.match(await setting('--healthz-bind-address', ipv6, text, 'kube-proxy'), { value: '[::]:10256' });
  const bare = '--healthz-bind-address=::1\n';
  t.match(await setting('--healthz-bind-address', {}, bare, 'kube-proxy'), { value: '[::1]:10256' }, 'also as a flag');
  const etcd = { [FILE]: 'name: x\nlisten-client-urls: https://127.0.0.1:2379,https://user:SECRET@192.0.2.2:2379\n' };
  const args = `--config-file=${FILE}\n--listen-client-urls=https://0.0.0.0:2379\n`;
  t.match(await setting('--listen-client-urls', etcd, args, 'etcd'), {
    value: 'https://127.0.0.1:2379,https://192.0.2.2:2379',
    source: { kind: 'options-file', line: 2 },
  });
});

t.test('files of --config-dir are merged in their order', async (t) => {
  const directory = '--config-dir=/etc/kubelet.d\n';
  const files = {
    '/etc/kubelet.d/20-b.conf': `${KUBELET}port: 2\n`,
    '/etc/kubelet.d/10-a.conf': `${KUBELET}port: 1\nhealthzPort: 5\n`,
    '/etc/kubelet.d/15/x.conf': `${KUBELET}healthzPort: 6\n`,
    '/etc/kubelet.d/30-c.yaml': `${KUBELET}port: 3\n`,
    [FILE]: `${KUBELET}port: 4\nhealthzPort: 4\naddress: 127.0.0.1\n`,
  };
  const both = WITH_FILE + directory;
  t.match(await setting('--port', files, both), { value: '2', source: { path: '/etc/kubelet.d/20-b.conf', line: 3 } });
  t.match(await setting('--healthz-port', files, both), { value: '6', source: { path: '/etc/kubelet.d/15/x.conf' } });
  t.match(await setting('--address', files, both), { value: '127.0.0.1', source: { path: FILE } });
  t.match(await setting('--read-only-port', files, directory), { value: '10255' }, 'there is no --config');
  const undone = { ...files, '/etc/kubelet.d/40.conf': `${KUBELET}port: null\n` };
  t.match(await setting('--port', undone, both), {
    value: undefined,
    codes: ['setting-not-understood', 'settings-unknown'],
  });
});

t.test(
  'what a file of options says is unknown where the program would refuse it, or may read it otherwise',
  async (t) => {
    const fault = { code: 'system-call-failed', params: { syscall: 'open', subject: FILE, errno: 'EACCES' } } as const;
    const deep = `${'['.repeat(20_000)}${']'.repeat(20_000)}`;
    const bomb = `a: &a [x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b]\nd: [*c,*c,*c,*c]\n`;
    const whole: readonly [string, Files[string] | undefined, string][] = [
      ['absent', undefined, 'options-missing'],
      ['unreadable', { state: 'unreadable', fault }, 'system-call-failed'],
      ['empty', '', 'options-not-understood'],
      ['not YAML', 'root:x:0:0:root:/root:/bin/bash\n\tSECRET', 'options-not-understood'],
      ['a list', '- healthzPort: 1\n', 'options-not-understood'],
      ['no kind', 'healthzPort: 1\n', 'options-not-understood'],
      ['another kind', `${PROXY}healthzPort: 1\n`, 'options-not-understood'],
      ['a later version', KUBELET.replace('v1beta1', 'v2'), 'options-not-understood'],
      ['a key twice', `${KUBELET}healthzPort: 1\nhealthzPort: 2\n`, 'options-not-understood'],
      ['a merged key', `${KUBELET}x: &x { healthzPort: 1 }\n<<: *x\n`, 'options-not-understood'],
      ['two documents', `${KUBELET}---\n${KUBELET}`, 'options-not-understood'],
      ['an unknown tag', `${KUBELET}healthzPort: !!SECRET 1\n`, 'options-not-understood'],
      ['an alias to nothing', `${KUBELET}healthzPort: *SECRET\n`, 'options-not-understood'],
      ['NUL', `${KUBELET}\0`, 'options-not-understood'],
      ['UTF-16', Buffer.from(KUBELET, 'utf16le').toString('latin1'), 'options-not-understood'],
      ['deep', `${KUBELET}x: ${deep}\n`, 'options-not-understood'],
      ['a bomb', KUBELET + bomb, 'options-not-understood'],
      ['large', `${KUBELET}#${'x'.repeat(70_000)}\n`, 'options-not-understood'],
    ];
    for (const [name, file, code] of whole) {
      const files = file === undefined ? {} : { [FILE]: file };
      const found = await setting('--healthz-port', files);
      t.strictSame([found.value, found.codes], [undefined, [code, 'settings-unknown']], name);
      t.equal(
        (await setting('--healthz-port', files, `${WITH_FILE}--healthz-port=7`)).value,
        '7',
        `${name}, and a flag`,
      );
    }
    for (const text of ['"10249"', '010249', '0x2809', '1e4', '70000', '-1', '1.0', '[1]', '{}', 'true', '!!str 1']) {
      const found = await setting('--healthz-port', { [FILE]: `${KUBELET}healthzPort: ${text}\n` });
      t.strictSame([found.value, found.codes], [undefined, ['setting-not-understood', 'settings-unknown']], text);
    }
    for (const text of ['1', 'localhost', 'SECRET', '127.0.0.1:80', '[::]']) {
      t.equal((await setting('--address', { [FILE]: `${KUBELET}address: ${text}\n` })).value, undefined, text);
    }
    for (const path of ['relative.yaml', '$(cat /x)', '/a\tb']) {
      const { value, codes } = await setting('--healthz-port', {}, `--config="${path}"\n`);
      t.strictSame([value, codes], [undefined, ['setting-not-understood', 'settings-unknown']], path);
    }
    const hidden = await setting('--port', { [FILE]: KUBELET }, `${WITH_FILE}\${EXTRA}\n`);
    t.strictSame([hidden.value, hidden.codes], [undefined, ['arguments-not-literal', 'settings-unknown']]);
  },
);

t.test('the forms that YAML has for one value', async (t) => {
  const forms = [
    'healthzPort: 7',
    '"healthzPort": 7',
    'x: &port 7\nhealthzPort: *port',
    'healthzPort: !!int 7',
    'healthzPort: 7 # 8',
    'healthzPort:\n  7',
  ];
  for (const form of forms)
    t.equal((await setting('--healthz-port', { [FILE]: `${KUBELET}${form}\n` })).value, '7', form);
  const json = JSON.stringify({
    apiVersion: 'kubelet.config.k8s.io/v1beta1',
    kind: 'KubeletConfiguration',
    healthzPort: 7,
  });
  t.match(await setting('--healthz-port', { [FILE]: json }), { value: '7', source: { line: 1 } });
  t.equal(
    (await setting('--healthz-port', { [FILE]: `\uFEFF${KUBELET.replaceAll('\n', '\r\n')}healthzPort: 7\r\n` })).value,
    '7',
  );
  for (const empty of ['null', '~', '""', '']) {
    const found = await setting('--address', { [FILE]: `${KUBELET}address: ${empty}\n` });
    t.match(found, { value: '0.0.0.0', source: { kind: 'built-in-default' } }, `empty: ${empty}`);
  }
  t.equal(
    (await setting('--port', { [FILE]: `${KUBELET}port: 0\n` })).value,
    '10250',
    'which kubelet cannot do without',
  );
  t.equal((await setting('--healthz-port', { [FILE]: `${KUBELET}healthzPort: 0\n` })).value, '0');
});

t.test('a process may have read the file before it was changed', async (t) => {
  const files = { [FILE]: `${KUBELET}healthzPort: 7\n`, '/old.yaml': `${KUBELET}healthzPort: 8\n` };
  const same = await setting('--healthz-port', files, WITH_FILE, 'kubelet', [`--config=${FILE}`]);
  t.match(same.found, { value: '7', inEffect: null, running: null });
  const other = await setting('--healthz-port', files, WITH_FILE, 'kubelet', ['--config=/old.yaml']);
  t.match(other.found, { value: '7', inEffect: false, running: '8' });
  const flag = await setting('--healthz-port', files, WITH_FILE, 'kubelet', ['--healthz-port=7']);
  t.match(flag.found, { value: '7', source: { kind: 'options-file' }, inEffect: true });
});

t.test('no secret is kept', async (t) => {
  const secrets = `address: SECRET\nstaticPodURL: https://SECRET\nport: SECRET\nhealthzBindAddress: "SECRET"\nclusterDNS: [SECRET]\n`;
  for (const text of [KUBELET + secrets, secrets, `${KUBELET}${secrets}\nx: [SECRET`]) {
    t.notMatch(JSON.stringify(await settingsWith({ [FILE]: text }, WITH_FILE)), /SECRET/);
  }
});

t.test('many files are no more than one large one', async (t) => {
  const padding = `#${'x'.repeat(30_000)}\n`;
  const names = ['10', '20', '30'].map((name) => `/etc/kubelet.d/${name}.conf`);
  const files = Object.fromEntries(names.map((name) => [name, KUBELET + padding]));
  const text = '--config-dir=/etc/kubelet.d\n';
  const refused = { value: undefined, codes: ['options-not-understood', 'settings-unknown'] };
  t.match(await setting('--port', files, text), refused);
  t.match(await setting('--port', { ...files, '/etc/kubelet.d/30.conf': KUBELET }, text), {
    value: '10250',
    codes: [],
  });
});
