import t from 'tap';
import { builtinSpec } from '../../src/spec/builtin.js';
import { claimsIn, type PageClaim } from '../../src/spec/claims.js';
import { conditionsIn } from '../../src/spec/condition.js';
import { failure, pageWith, parseText } from './helpers.js';

const MUTUAL: readonly PageClaim[] = ['tls', 'client-certificate'];

t.test('claims in the words of published pages, and in others', (t) => {
  const cases: [description: string, ...claims: PageClaim[]][] = [
    [
      'Kubernetes API server. SSL encrypted. Clients must present a valid password from a Static Password File.',
      'tls',
      'no-anonymous',
    ],
    ['Kubelet API. Anonymous authentication is disabled. X509 client certificate required.', ...MUTUAL, 'no-anonymous'],
    ['SSL encrypted client connection to etcd. Client certificate required.', ...MUTUAL],
    ['SSL encrypted connection for k8s-dqlite. Client certificates required.', ...MUTUAL],
    ['Kubernetes scheduler API. HTTPS with authentication and authorization.', 'tls', 'authorised'],
    ['The API, over TLS.', 'tls'],
    ['TLS. Metrics.', 'tls'],
    ['Metrics (TLS).', 'tls'],
    ['Metrics, TLS 1.3', 'tls'],
    ['TLS-encrypted metrics', 'tls'],
    ['Metrics, encrypted with TLS', 'tls'],
    ['Webhook (HTTPS)', 'tls'],
    ['Requires mutual TLS.', ...MUTUAL],
    ['gRPC with mTLS.', ...MUTUAL],
    ['Peers, each with a certificate.', ...MUTUAL],
    ['Clients must present a valid X.509 certificate.', ...MUTUAL],
    ['REST API. Requires a client certificate.', ...MUTUAL],
    ['No anonymous access.', 'no-anonymous'],
    ['Anonymous requests are rejected.', 'no-anonymous'],
    ['Bearer token required.', 'no-anonymous'],
    ['The API. Clients need a valid password.', 'no-anonymous'],
    ['Authentication is required.', 'no-anonymous'],
    ['Metrics, with authorisation.', 'authorised'],
    // Nothing is claimed.
    ['Health check endpoint.'],
    ['Default VXLAN port. Unencrypted.'],
    ['Metrics, without TLS or names'],
    ['TLS is disabled.'],
    ['Metrics. No authentication.'],
    ['Client certificates are not required.'],
    ['Unauthenticated metrics'],
    ['Battles and hassles: cattle settles'],
    [''],
  ];
  for (const [description, ...claims] of cases) {
    t.strictSame(claimsIn(description, []), { kind: 'understood', claims }, description);
  }
  t.end();
});

t.test('claims are no conditions, and conditions no claims', (t) => {
  const cases: [description: string, condition: string | null, ...claims: PageClaim[]][] = [
    ['TLS. Only applies if authentication is enabled.', 'Only applies if authentication is enabled', 'tls'],
    ['Metrics (when TLS is enabled)', 'when TLS is enabled'],
    ['Clients need to present a client certificate.', null, ...MUTUAL],
    ['Anonymous access is turned off.', null, 'no-anonymous'],
    ['TLS is always enforced; TLS only.', null, 'tls'],
  ];
  for (const [description, condition, ...claims] of cases) {
    const found = conditionsIn(description);
    t.strictSame(found, { kind: 'understood', conditions: condition === null ? [] : [condition] }, description);
    const conditions = found.kind === 'understood' ? found.conditions : [];
    t.strictSame(claimsIn(description, conditions), { kind: 'understood', claims }, description);
  }
  t.end();
});

t.test('other words about security are refused with their line', (t) => {
  const cases: [description: string, clause: string][] = [
    ['Metrics. Quantum-safe encryption handshake.', 'Quantum-safe encryption handshake'],
    ['SSL encrypted. Passwords rotate hourly.', 'Passwords rotate hourly'],
    ['The API, authenticated by magic.', 'authenticated by magic'],
    ['Anonymous, mostly.', 'Anonymous'],
    ['TLS terminated elsewhere', 'TLS terminated elsewhere'],
    ['Certificates of all kinds', 'Certificates of all kinds'],
  ];
  for (const [description, clause] of cases) {
    t.strictSame(claimsIn(description, []), { kind: 'unclear', clause }, description);
    t.equal(
      failure(() => parseText(pageWith([`| \\*:1 | TCP | a | ${description} |`]))).message,
      `p.md:7: expected no claim about security, or one in a known form, such as "SSL encrypted" or "Client certificate required.", found "${clause}"`,
    );
  }
  t.end();
});

t.test('the built-in pages and notes', (t) => {
  const { rows, notes } = builtinSpec();
  const claimsOf = (port: number) => rows.find((row) => row.kind === 'network' && row.port === port)?.claims;
  t.strictSame(claimsOf(6443), ['tls', 'no-anonymous']);
  t.strictSame(claimsOf(10250), [...MUTUAL, 'no-anonymous']);
  t.strictSame(claimsOf(2379), MUTUAL);
  t.strictSame(claimsOf(2380), MUTUAL);
  t.strictSame(claimsOf(10257), ['tls', 'authorised']);
  t.strictSame(claimsOf(8472), []);
  const noted = notes.rows.filter(({ claims, noClaims }) => Object.keys(claims).length > 0 || noClaims !== null);
  t.strictSame(
    noted.map(({ match, claims, noClaims }) => [match.port, noClaims ?? claims]),
    [
      [6443, { tls: true, 'no-anonymous': '/' }],
      [10250, { tls: true, 'client-certificate': false, 'no-anonymous': '/pods' }],
      [10248, { healthy: '/healthz' }],
      [10249, { healthy: '/healthz' }],
      [10256, { healthy: '/healthz' }],
      [10257, { authorised: '/metrics', healthy: '/healthz' }],
      [10259, { authorised: '/metrics', healthy: '/healthz' }],
      [6400, { tls: true }],
      [9879, { healthy: '/healthz' }],
      [4240, { healthy: '/hello' }],
      [4244, { tls: true, 'client-certificate': true }],
      [9890, { healthy: 'connect' }],
      [9234, { healthy: '/healthz' }],
      [9891, { healthy: 'connect' }],
      [9963, 'Metrics are served to anyone, without TLS.'],
      [8472, 'VXLAN has neither encryption nor authentication.'],
    ],
  );
  t.end();
});
