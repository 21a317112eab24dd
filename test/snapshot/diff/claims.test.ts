import t from 'tap';
import type { SnapshotDocument } from '../../../src/snapshot/document/document.js';
import type { Claim } from '../../../src/verdict/claim.js';
import { renderClaim } from '../../../src/verdict/text/claim.js';
import { BEFORE, compare } from './shots.js';

const ROW = { service: 'kubelet', host: '*', port: 10250, protocol: 'tcp', path: null, role: null } as const;
const FIELDS = { row: ROW, claim: 'certificate-valid', endpoint: '127.0.0.1:10250', certificate: null } as const;

const HOLDS = renderClaim({
  ...FIELDS,
  ...{ result: 'holds', severity: 'none', evidence: { code: 'valid-certificate', params: { days: 40 } } },
});
const EXPIRING = renderClaim({
  ...FIELDS,
  ...{ result: 'broken', severity: 'warning', evidence: { code: 'expiring-certificate', params: { days: 2 } } },
});
const EXPIRED = renderClaim({
  ...FIELDS,
  ...{ result: 'broken', severity: 'error', evidence: { code: 'expired-certificate', params: { days: 5 } } },
});
const UNKNOWN = renderClaim({
  ...FIELDS,
  ...{ result: 'unverified', severity: 'unknown', evidence: { code: 'closed', params: {} } },
});

function withClaims(...claims: readonly Claim[]): SnapshotDocument {
  return { ...BEFORE, claims };
}

t.test('a claim that broke, and one that holds again', (t) => {
  const broke = compare(t, withClaims(HOLDS), withClaims(EXPIRED));
  t.equal(broke.different, true);
  t.match(broke.differences, [
    {
      kind: 'claim',
      code: 'claim-broken',
      subject: 'kubelet 127.0.0.1:10250 certificate-valid',
      message: 'kubelet 127.0.0.1:10250 certificate-valid: holds → broken: the certificate expired 5 days ago',
    },
  ]);
  t.match(compare(t, withClaims(EXPIRED), withClaims(HOLDS)).differences, [{ code: 'claim-holds', matters: true }]);
  t.match(compare(t, withClaims(EXPIRING), withClaims(EXPIRED)).differences, [
    {
      code: 'claim-severity-changed',
      message: 'kubelet 127.0.0.1:10250 certificate-valid: warning → error: the certificate expired 5 days ago',
    },
  ]);
  t.end();
});

t.test('what is no difference, or none that matters', (t) => {
  t.strictSame(compare(t, withClaims(HOLDS), withClaims(HOLDS)).differences, []);
  t.strictSame(compare(t, BEFORE, withClaims(EXPIRED)).differences, [], 'only one of them asked');
  t.strictSame(compare(t, withClaims(HOLDS), withClaims({ ...EXPIRED, endpoint: '[::1]:10250' })).differences, []);
  t.match(compare(t, withClaims(HOLDS), withClaims(UNKNOWN)), {
    different: false,
    differences: [{ code: 'claim-unverified', matters: false }],
  });
  t.end();
});
