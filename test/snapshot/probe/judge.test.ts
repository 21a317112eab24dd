import t from 'tap';
import type { Outcome, Reply } from '../../../src/snapshot/probe/ask.js';
import { judge } from '../../../src/snapshot/probe/judge.js';
import type { ClaimName } from '../../../src/verdict/claim.js';

const NOW = Date.parse('2026-06-15T12:00:00Z');
const ASKED = { seconds: 2, now: NOW, path: '/x' };

function judged(claim: ClaimName, reply: Partial<Reply>): string {
  const whole: Reply = { outcome: { kind: 'silent' }, tlsVersion: null, certificate: null, ...reply };
  const { result, severity, evidence } = judge(claim, whole, ASKED);
  return `${result} ${severity} ${evidence.code}`;
}

const status = (code: number): Outcome => ({ kind: 'status', status: code });
const alert = (code: number, isLate = true): Outcome => ({ kind: 'alert', alert: code, isLate });

t.test('answers', (t) => {
  const cases: [claim: ClaimName, outcome: Outcome, expected: string][] = [
    ['tls', { kind: 'not-tls' }, 'broken error not-tls'],
    ['tls', { kind: 'silent' }, 'unverified unknown no-answer'],
    ['tls', { kind: 'closed' }, 'unverified unknown closed'],
    ['tls', alert(70, false), 'unverified unknown handshake-refused'],
    ['tls', { kind: 'handshake-failed', text: 'ERR_X' }, 'unverified unknown handshake-failed'],
    ['tls', { kind: 'not-connected', errno: 'ECONNREFUSED' }, 'unverified unknown not-connected'],
    ['client-certificate', alert(42, false), 'holds none certificate-demanded'],
    ['client-certificate', alert(116), 'holds none certificate-demanded'],
    ['client-certificate', alert(40), 'holds none certificate-demanded'],
    ['client-certificate', alert(40, false), 'unverified unknown handshake-refused'],
    ['client-certificate', alert(80), 'unverified unknown handshake-refused'],
    ['client-certificate', { kind: 'not-tls' }, 'unverified unknown without-tls'],
    ['client-certificate', { kind: 'closed' }, 'unverified unknown closed'],
    ['no-anonymous', status(401), 'holds none refused-anonymous'],
    ['no-anonymous', status(200), 'broken error answered-anonymous'],
    ['no-anonymous', status(204), 'broken error answered-anonymous'],
    ['no-anonymous', status(403), 'broken error anonymous-accepted'],
    ['no-anonymous', status(404), 'broken error anonymous-accepted'],
    ['no-anonymous', status(302), 'unverified unknown other-status'],
    ['no-anonymous', status(400), 'unverified unknown other-status'],
    ['no-anonymous', status(503), 'unverified unknown other-status'],
    ['no-anonymous', alert(116), 'holds none certificate-demanded'],
    ['no-anonymous', { kind: 'not-http' }, 'unverified unknown not-http'],
    ['no-anonymous', { kind: 'silent' }, 'unverified unknown no-answer'],
    ['authorised', status(401), 'holds none refused-anonymous'],
    ['authorised', status(403), 'holds none refused-anonymous'],
    ['authorised', status(200), 'broken error answered-anonymous'],
    ['authorised', status(404), 'unverified unknown other-status'],
    ['authorised', status(301), 'unverified unknown other-status'],
    ['healthy', status(200), 'holds none answers-healthy'],
    ['healthy', status(500), 'broken error answers-unhealthy'],
    ['healthy', status(302), 'broken error answers-unhealthy'],
    ['healthy', { kind: 'connected' }, 'holds none accepts-connections'],
    ['healthy', { kind: 'silent' }, 'broken warning no-answer'],
    ['healthy', { kind: 'closed' }, 'broken error closed'],
    ['healthy', { kind: 'not-http' }, 'broken error not-http'],
    ['healthy', { kind: 'headers-too-long' }, 'broken error headers-too-long'],
    ['healthy', { kind: 'not-tls' }, 'unverified unknown without-tls'],
    ['healthy', { kind: 'not-connected', errno: 'ECONNREFUSED' }, 'unverified unknown not-connected'],
  ];
  for (const [claim, outcome, expected] of cases) {
    t.equal(judged(claim, { outcome }), expected, `${claim} ${JSON.stringify(outcome)}`);
  }
  t.end();
});

t.test('what a session shows', (t) => {
  const tlsVersion = 'TLSv1.3';
  t.equal(judged('tls', { tlsVersion, outcome: alert(116) }), 'holds none speaks-tls');
  t.equal(judged('tls', { tlsVersion, outcome: { kind: 'silent' } }), 'holds none speaks-tls');
  for (const outcome of [{ kind: 'connected' }, status(401), { kind: 'not-http' }] as const) {
    t.equal(judged('client-certificate', { tlsVersion, outcome }), 'broken error served-without-certificate');
  }
  t.equal(judged('client-certificate', { tlsVersion }), 'unverified unknown no-answer');
  t.end();
});

t.test('of certificates only the dates are judged', (t) => {
  const until = (notAfter: string, notBefore = '2020-01-01T00:00:00.000Z') =>
    judged('certificate-valid', {
      certificate: { subject: 'CN=other', issuer: 'CN=other', names: ['DNS:elsewhere'], notBefore, notAfter },
    });
  t.equal(until('2027-01-01T00:00:00.000Z'), 'holds none valid-certificate');
  t.equal(until('2026-07-15T12:00:00.000Z'), 'holds none valid-certificate');
  t.equal(until('2026-07-15T11:59:59.000Z'), 'broken warning expiring-certificate');
  t.equal(until('2026-06-15T12:00:01.000Z'), 'broken warning expiring-certificate');
  t.equal(until('2026-06-15T11:59:59.000Z'), 'broken error expired-certificate');
  t.equal(until('2027-01-01T00:00:00.000Z', '2026-06-15T12:00:01.000Z'), 'broken error certificate-not-yet-valid');
  t.equal(judged('certificate-valid', { outcome: { kind: 'not-tls' } }), 'unverified unknown without-tls');
  t.end();
});
