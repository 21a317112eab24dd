import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { startLab } from '../lab/lab.js';
import { waitFor } from '../lab/wait.js';
import { ROOT } from '../native/toolchain.js';
import { inLab } from './node_terminal.js';
import { PrometheusServer } from './prometheus_server.js';
import { Serving } from './serving.js';

/** What fires while a node has a fault. */
const DRILLS: readonly (readonly [fault: string, alerts: readonly string[]])[] = [
  ['healthz-on-wildcard', ['NodeServiceExposed kubelet']],
  ['scheduler-gone', ['NodeServiceMissing kube-scheduler']],
  ['etcd-only-on-loopback', ['NodeServiceUnreachable etcd']],
  ['fan-device-on-8472', ['NodeServiceWrongOwner cilium-agent']],
  ['k8sd-on-second-interface', ['NodeServiceWrongAddress k8sd']],
  ['unexpected-tcp', ['NodeUnexpectedListener']],
  ['hidden-owner', ['NodeAnswerIncomplete']],
];

interface Dashboard {
  readonly panels: readonly { readonly title: string; readonly targets: readonly { readonly expr: string }[] }[];
}

t.test('Prometheus scrapes serve while the node breaks and mends', { timeout: 300_000 }, async (t) => {
  const lab = await startLab({ role: 'control-plane' });
  t.teardown(() => lab.stop());
  // Prometheus is not on the node, so serve is in its namespaces but that of its network.
  const prefix = inLab(lab, []).filter((option) => !option.startsWith('--net='));
  const serving = await Serving.start(['--netns', lab.netns], prefix);
  t.teardown(() => serving.stop('SIGKILL'));
  const prometheus = await PrometheusServer.start(join(t.testdir(), 'prometheus'), `127.0.0.1:${serving.port}`);
  t.teardown(() => prometheus.stop());
  const matches = async (): Promise<true | null> =>
    (await prometheus.query('k8s_sockwatch_result{result="match"} == 1')).length === 1 ? true : null;
  await waitFor('the first scrape', matches, 60_000);
  await prometheus.untilFiring([]);
  for (const [fault, alerts] of DRILLS) {
    await lab.apply(fault);
    await prometheus.untilFiring(alerts);
    await lab.clear(fault);
    await prometheus.untilFiring([]);
    t.pass(`${fault}: ${alerts.join(', ')}`);
  }
  const { panels } = JSON.parse(readFileSync(join(ROOT, 'packaging/prometheus/dashboard.json'), 'utf8')) as Dashboard;
  await lab.apply('unexpected-tcp');
  await lab.apply('scheduler-gone');
  await prometheus.untilFiring(['NodeServiceMissing kube-scheduler', 'NodeUnexpectedListener']);
  for (const { title, targets } of panels) {
    for (const { expr } of targets) {
      const shows = async (): Promise<true | null> => ((await prometheus.query(expr)).length > 0 ? true : null);
      t.ok(await waitFor(`${title}: ${expr}`, shows), `the dashboard shows ${title}`);
    }
  }
  await serving.stop();
  const silent = ['NodeExporterSilent'];
  await prometheus.untilFiring(silent);
  t.strictSame(
    (await prometheus.query('ALERTS{alertstate="firing"}')).map(({ metric }) => metric['alertname']),
    silent,
  );
});
