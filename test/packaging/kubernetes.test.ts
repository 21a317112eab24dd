import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import t from 'tap';
import { parse } from 'yaml';
import { ROOT } from '../native/toolchain.js';
import { type KubernetesObject, podOf, rendered } from './daemon_set.js';

t.test('kustomize renders the objects that the documentation names', (t) => {
  const kinds = (directory: string): string[] =>
    rendered(directory).map(({ apiVersion, kind }) => `${apiVersion} ${kind}`);
  t.strictSame(kinds('base').sort(), ['apps/v1 DaemonSet', 'v1 Namespace']);
  t.strictSame(kinds('prometheus-operator').sort(), [
    'apps/v1 DaemonSet',
    'monitoring.coreos.com/v1 PodMonitor',
    'monitoring.coreos.com/v1 PrometheusRule',
    'v1 Namespace',
  ]);
  const file = join(ROOT, 'packaging/kubernetes/prometheus-operator/prometheusrule.yaml');
  // Not as rendered: kustomize adds a newline to folded texts.
  const rule = parse(readFileSync(file, 'utf8')) as KubernetesObject;
  t.ok(
    isDeepStrictEqual(rule.spec, parse(readFileSync(join(ROOT, 'packaging/prometheus/rules.yaml'), 'utf8'))),
    'the rules are those of packaging/prometheus',
  );
  t.end();
});

t.test('the DaemonSet has the privileges of the documentation and no others', (t) => {
  const pod = podOf(rendered('base'));
  const { capabilities, readOnlyRootFilesystem, allowPrivilegeEscalation, seccompProfile } =
    pod.containers[0].securityContext;
  const documented = readFileSync(join(ROOT, 'docs/privileges.md'), 'utf8');
  t.strictSame(capabilities.drop, ['ALL']);
  for (const name of capabilities.add) t.ok(documented.includes(`CAP_${name}`), name);
  t.match(
    { readOnlyRootFilesystem, allowPrivilegeEscalation, seccompProfile },
    { readOnlyRootFilesystem: true, allowPrivilegeEscalation: false, seccompProfile: { type: 'RuntimeDefault' } },
  );
  t.ok(pod.containers[0].volumeMounts.every(({ name, readOnly }) => readOnly === true || name === 'tmp'));
  t.end();
});
