import t from 'tap';
import { conditionIn } from '../../src/spec/condition.js';

t.test('conditions, in parentheses and as sentences', (t) => {
  const cases: [string, string][] = [
    ['Metrics. (when kube-proxy replacement is not enabled)', 'when kube-proxy replacement is not enabled'],
    ['Metrics (if turned on).', 'if turned on'],
    ['( Only with  IPv6 )', 'Only with  IPv6'],
    ['API (unless off). More. (optional)', 'unless off; optional'],
    [
      'TLS. Only applies if datastore type is set to k8s-dqlite.',
      'Only applies if datastore type is set to k8s-dqlite',
    ],
    ['Optional.', 'Optional'],
    ['Metrics; optional', 'optional'],
    ['Enabled when Hubble is.', 'Enabled when Hubble is'],
    ['Applies only where IPv6 is used', 'Applies only where IPv6 is used'],
    ['For Hubble, present only if asked for', 'For Hubble, present only if asked for'],
  ];
  for (const [description, condition] of cases) t.equal(conditionIn(description), condition, description);
  t.end();
});

t.test('not conditions', (t) => {
  const descriptions = [
    '',
    'Kubelet API. Anonymous authentication is disabled. X509 client certificate required.',
    'Only reachable from the node itself.',
    'If a certificate is missing, the client is refused.',
    'When a client connects, it must authenticate.',
    'Health (HTTPS with authentication).',
    'Used by clients when they look for the API.',
    'Commonly if ever used.',
  ];
  for (const description of descriptions) t.equal(conditionIn(description), null, description);
  t.end();
});
