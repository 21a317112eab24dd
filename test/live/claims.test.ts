import t from 'tap';
import type { SnapshotDocument } from '../../src/snapshot/document/document.js';
import { type Lab, startLab } from '../lab/lab.js';
import type { Behaviour } from '../lab/responder.js';
import { CLI, snapshotIn } from './cli.js';

// The test runner puts itself into Node programs through this; what is tested is the program alone.
const env = { NODE_OPTIONS: '' };

async function probed(lab: Lab, ...options: string[]): Promise<{ document: SnapshotDocument; code: number | null }> {
  const { stdout, code } = await lab.exec([process.execPath, CLI, '--once', '--probe', ...options], { env });
  return { document: snapshotIn(stdout), code };
}

/** Claims that do not hold, as `kubelet 10250 tls: broken error not-tls`. */
function faultsIn({ claims = [] }: SnapshotDocument): string[] {
  return claims
    .filter(({ result }) => result !== 'holds')
    .map(({ row, claim, result, severity, evidence }) =>
      [row.service, row.port, `${claim}:`, result, ...(result === 'broken' ? [severity] : []), evidence.code].join(' '),
    )
    .sort();
}

const HEALTH = [
  'cilium-agent 4240',
  'cilium-agent 9879',
  'cilium-operator 9234',
  'kube-proxy 10249',
  'kube-proxy 10256',
  'kubelet 10248',
];
const unhealthy = (code: string) => HEALTH.map((subject) => `${subject} healthy: broken error ${code}`);
const unknown = (subject: string, code: string, ...claims: string[]) =>
  claims.map((claim) => `${subject} ${claim}: unverified ${code}`);

/** Listeners of a control plane that answer otherwise, and all claims that then do not hold. */
const CASES: readonly (readonly [name: string, Partial<Record<Behaviour, Behaviour>>, faults: readonly string[]])[] = [
  [
    'no TLS, no client certificates, anonymous access, no authorisation, an expired certificate, failing checks',
    {
      apiserver: 'plain',
      hubble: 'certificates-optional',
      kubelet: 'anonymous-answered',
      controller: 'metrics-for-all',
      k8sd: 'expired',
      health: 'unhealthy',
    },
    [
      'kube-apiserver 6443 tls: broken error not-tls',
      ...unknown('kube-apiserver 6443', 'without-tls', 'certificate-valid', 'no-anonymous'),
      'cilium-agent 4244 client-certificate: broken error served-without-certificate',
      'kubelet 10250 no-anonymous: broken error answered-anonymous',
      'kube-controller 10257 authorised: broken error answered-anonymous',
      'kube-scheduler 10259 authorised: broken error answered-anonymous',
      'k8sd 6400 certificate-valid: broken error expired-certificate',
      ...unhealthy('answers-unhealthy'),
    ],
  ],
  [
    'requests of an anonymous user, a certificate that expires soon, redirects, connections that are closed',
    { apiserver: 'anonymous-forbidden', k8sd: 'expiring', health: 'redirecting', hubble: 'closing', accept: 'closing' },
    [
      'kube-apiserver 6443 no-anonymous: broken error anonymous-accepted',
      'k8sd 6400 certificate-valid: broken warning expiring-certificate',
      ...unknown('cilium-agent 4244', 'closed', 'certificate-valid', 'client-certificate', 'tls'),
      ...unhealthy('answers-unhealthy'),
    ],
  ],
  [
    'garbage, silence, endless headers',
    { kubelet: 'garbage', hubble: 'silent', health: 'endless-headers' },
    [
      'kubelet 10250 tls: broken error not-tls',
      ...unknown('kubelet 10250', 'without-tls', 'certificate-valid', 'no-anonymous'),
      ...unknown('cilium-agent 4244', 'no-answer', 'certificate-valid', 'client-certificate', 'tls'),
      ...unhealthy('headers-too-long'),
    ],
  ],
  // Whose certificate it is is reported; bodies are not read.
  ['a certificate for another name, ten megabytes', { k8sd: 'wrong-name', health: 'huge' }, []],
];

t.test('a control plane', { timeout: 120_000 }, async (t) => {
  const lab = await startLab({ role: 'control-plane' });
  t.teardown(() => lab.stop());

  await t.test('healthy, all hold, etcd on loopback too', async (t) => {
    const { document, code } = await probed(lab);
    t.strictSame(faultsIn(document), []);
    t.equal(code, 0);
    const places = document.claims
      ?.filter(({ claim }) => claim === 'client-certificate')
      .map(({ endpoint }) => endpoint);
    t.strictSame(places?.sort(), ['127.0.0.1:2379', '127.0.0.1:4244', '192.0.2.2:2379', '192.0.2.2:2380']);
    t.equal(document.claims?.length, 36);
    t.strictSame(
      document.unasked?.map(({ row, evidence }) => `${row.port} ${evidence.code}`),
      ['9963 nothing-to-ask', '8472 nothing-to-ask', 'null nothing-claimed'],
    );
    const shown = document.claims?.find(({ claim, row }) => claim === 'certificate-valid' && row.service === 'etcd');
    t.match(shown?.certificate, { subject: 'CN=sockwatch-lab', names: ['IP:192.0.2.2', 'IP:127.0.0.1'] });
  });

  await t.test('what arrived', (t) => {
    t.ok(lab.requests.length >= 10);
    t.strictSame(
      [...new Set(lab.requests.map(({ method, headers }) => `${method} ${headers.join()}`))],
      ['GET accept,connection,host,user-agent'],
    );
    t.strictSame([...new Set(lab.requests.map(({ url }) => url))].sort(), [
      ...['/', '/healthz', '/hello', '/metrics', '/pods'],
    ]);
    t.end();
  });

  for (const [name, behaviours, faults] of CASES) {
    await t.test(name, async (t) => {
      lab.answerInstead(behaviours);
      const { document, code } = await probed(lab);
      t.strictSame(faultsIn(document), faults.toSorted());
      t.equal(code, faults.length === 0 ? 0 : 1);
      t.ok(
        document.findings.every(({ severity }) => severity !== 'error'),
        'no verdict is another',
      );
    });
  }

  await t.test('some of it', async (t) => {
    lab.answerInstead({ k8sd: 'expiring', health: 'unhealthy' });
    const tls = await probed(lab, '--probe=tls', '--probe-skip', 'etcd,cilium-agent', '--fail-on', 'error');
    t.strictSame(faultsIn(tls.document), ['k8sd 6400 certificate-valid: broken warning expiring-certificate']);
    t.equal(tls.code, 0, 'a warning, below the threshold');
    const asked = new Set(tls.document.claims?.map(({ claim, row }) => `${row.service} ${claim}`));
    t.notOk(asked.has('etcd tls') || asked.has('kubelet healthy') || asked.has('kubelet no-anonymous'));
    t.match(tls.document.unasked?.find(({ row }) => row.port === 2379)?.evidence.code, 'skipped');
    lab.answerInstead({ hubble: 'silent' });
    t.equal((await probed(lab, '--probe=tls')).code, 3, 'unverified');
    lab.answerInstead({});
  });

  await t.test('from another network namespace', async (t) => {
    const argv = [process.execPath, CLI, '--once', '--probe', '--netns', lab.netns];
    const document = snapshotIn((await lab.run(argv, { env })).stdout);
    t.strictSame(faultsIn(document), []);
    t.equal(document.claims?.length, 36);
  });

  await t.test('without the right to see owners, nothing is asked', async (t) => {
    const argv = [process.execPath, CLI, '--once', '--probe'];
    const document = snapshotIn((await lab.exec(argv, { env, uid: 65_534 })).stdout);
    t.strictSame(document.claims, []);
  });

  await t.test('connections go to the listeners of the node, and without --probe there are none', async (t) => {
    const traced = async (...options: string[]): Promise<string[]> => {
      const argv = ['strace', '-f', '-qq', '-e', 'trace=connect', process.execPath, CLI, '--once', ...options];
      const { stderr } = await lab.exec(argv, { env });
      return Array.from(
        stderr.matchAll(/connect\(\d+, \{(.*?)\}/g),
        ([, text = '']) => `${/inet_addr\("(.*?)"\)/.exec(text)?.[1]}:${/htons\((\d+)\)/.exec(text)?.[1]}`,
      );
    };
    t.strictSame(await traced(), []);
    const { document } = await probed(lab);
    const endpoints = new Set(document.claims?.map(({ endpoint }) => endpoint));
    t.strictSame(new Set(await traced('--probe')), endpoints);
  });
});

t.test('a stranger on the port of a row does not make its claims disappear', { timeout: 60_000 }, async (t) => {
  const lab = await startLab({ role: 'control-plane', faults: ['foreign-on-10250'] });
  t.teardown(() => lab.stop());
  const { document, code } = await probed(lab, '--fail-on', 'never');
  t.equal(code, 3);
  t.strictSame(
    faultsIn(document),
    unknown('kubelet 10250', 'owner-differs', 'certificate-valid', 'no-anonymous', 'tls'),
  );
});

t.test('a worker, with IPv6', { timeout: 60_000 }, async (t) => {
  const lab = await startLab({ role: 'worker', family: 'dual' });
  t.teardown(() => lab.stop());
  const { document, code } = await probed(lab);
  t.strictSame(faultsIn(document), []);
  t.equal(code, 0);
  const claims = document.claims?.map(({ row, claim, endpoint }) => `${row.port} ${claim} ${endpoint}`) ?? [];
  t.ok(claims.includes('6443 no-anonymous 127.0.0.1:6443'), 'of k8s-apiserver-proxy');
  t.ok(claims.includes('4240 healthy [fd00:2::2]:4240'));
});
