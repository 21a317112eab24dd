import t from 'tap';
import { conditionsIn, isConditional } from '../../src/spec/condition.js';

t.test('conditions', (t) => {
  const cases: [description: string, ...conditions: string[]][] = [
    ['Metrics. (when kube-proxy replacement is not enabled)', 'when kube-proxy replacement is not enabled'],
    [
      'TLS. Client certificates required. Only applies if datastore type is set to k8s-dqlite.',
      'Only applies if datastore type is set to k8s-dqlite',
    ],
    ['Metrics (if turned on).', 'if turned on'],
    ['( Only with  IPv6 )', 'Only with IPv6'],
    ['API (unless off). More. (optional)', 'unless off', 'optional'],
    ['API [where applicable].', 'where applicable'],
    ['Optional.', 'Optional'],
    ['Metrics; optional', 'optional'],
    ['Hubble: optional', 'optional'],
    ['Only when Hubble is enabled.', 'Only when Hubble is enabled'],
    ['Only used if Hubble runs.', 'Only used if Hubble runs'],
    ['Used only with IPv6.', 'Used only with IPv6'],
    ['Enabled when Hubble is.', 'Enabled when Hubble is'],
    ['This port is only open when Hubble is enabled.', 'This port is only open when Hubble is enabled'],
    ['Applies only where IPv6 is used', 'Applies only where IPv6 is used'],
    ['For Hubble, present only if asked for', 'only if asked for'],
    ['Not present when Cilium replaces kube-proxy.', 'Not present when Cilium replaces kube-proxy'],
    ['Metrics (not with Cilium)', 'not with Cilium'],
    ['Disabled by default.', 'Disabled by default'],
    ['Requires the load-balancer feature.', 'Requires the load-balancer feature'],
    ['Depends on the datastore.', 'Depends on the datastore'],
    ['Applies to clusters with the k8s-dqlite datastore.', 'Applies to clusters with the k8s-dqlite datastore'],
    ['For k8s-dqlite clusters only.', 'For k8s-dqlite clusters only'],
    ['Metrics (IPv6 only)', 'IPv6 only'],
    ['If enabled.', 'If enabled'],
    ['When using k8s-dqlite.', 'When using k8s-dqlite'],
    ['In case the network feature is off.', 'In case the network feature is off'],
    ['Provided that the datastore is etcd.', 'Provided that the datastore is etcd'],
    ["Without Cilium's kube-proxy replacement.", "Without Cilium's kube-proxy replacement"],
    ['Metrics, when Hubble is enabled.', 'when Hubble is enabled'],
    ['Metrics when kube-proxy replacement is not in use.', 'when kube-proxy replacement is not in use'],
    ['Metrics, unless Cilium replaces it.', 'unless Cilium replaces it'],
    ['Metrics - only if turned on', 'only if turned on'],
  ];
  for (const [description, ...conditions] of cases) {
    t.strictSame(conditionsIn(description), { kind: 'understood', conditions }, description);
    t.equal(isConditional(description), true, description);
  }
  t.end();
});

t.test('not conditions', (t) => {
  const descriptions = [
    '',
    'Kubelet API. Anonymous authentication is disabled. X509 client certificate required.',
    'The API. Clients need a valid password. Requires TLS.',
    'Only reachable from the node itself.',
    'Localhost health check endpoint. Read-only.',
    'Health (HTTPS with authentication).',
    'Prometheus metric endpoint for the Cilium operator.',
    'Cluster-wide connectivity and health, for cluster-wide use.',
    'Needed by kubelet. Required to join.',
  ];
  for (const description of descriptions) {
    t.strictSame(conditionsIn(description), { kind: 'understood', conditions: [] }, description);
    t.equal(isConditional(description), false, description);
  }
  t.end();
});

t.test('what may be a condition', (t) => {
  const cases: [description: string, clause: string][] = [
    ['If a certificate is missing, the client is refused.', 'If a certificate is missing, the client is refused'],
    ['When a client connects, it must authenticate.', 'When a client connects, it must authenticate'],
    ['Health. Used by clients when they look for the API.', 'Used by clients when they look for the API'],
    ['Where nodes ask to join.', 'Where nodes ask to join'],
    ['Commonly if ever used.', 'Commonly if ever used'],
    ['Metrics. Deprecated.', 'Deprecated'],
    ['Reserved for Hubble.', 'Reserved for Hubble'],
    ['Since 1.34.', 'Since 1.34'],
    ['Only if 1.34 is installed.', 'Only if 1.34 is installed'],
    ['Metrics (removed in 1.36)', 'removed in 1.36'],
    ['Enabled by default.', 'Enabled by default'],
    ['kube-proxy replacement must be disabled.', 'kube-proxy replacement must be disabled'],
    ['Hubble (with kube-proxy)', 'with kube-proxy'],
    ['Hubble (for IPv6)', 'for IPv6'],
    ['In HA clusters.', 'In HA clusters'],
    ['Runs on one node.', 'Runs on one node'],
    [`Only if ${'x'.repeat(300)}.`, `Only if ${'x'.repeat(300)}`],
  ];
  for (const [description, clause] of cases) {
    t.strictSame(conditionsIn(description), { kind: 'unclear', clause }, description);
  }
  t.end();
});
