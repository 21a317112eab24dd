import t from 'tap';
import { askedClaims } from '../../../src/snapshot/probe/asked_claims.js';
import { builtinSpec } from '../../../src/spec/builtin.js';
import type { PageClaim } from '../../../src/spec/claims.js';
import type { RowNote } from '../../../src/spec/notes.js';
import { notes, row, rowNote } from '../../verdict/factory.js';

function asked(claims: readonly PageClaim[], ...noted: Partial<RowNote>[]): Record<string, unknown> {
  const note = notes({ rows: noted.map((changes) => rowNote({ service: 'a' }, changes)) });
  return Object.fromEntries(askedClaims(row('*:1', 'a', { claims }), note).claims);
}

const SHAKEN = { tls: 'handshake', 'certificate-valid': 'handshake' };

t.test('what the page claims', (t) => {
  t.strictSame(asked([]), {});
  t.strictSame(asked(['tls']), SHAKEN);
  t.strictSame(asked(['client-certificate']), { ...SHAKEN, 'client-certificate': 'handshake' });
  t.strictSame(asked(['no-anonymous', 'authorised']), {
    'no-anonymous': { path: '/' },
    authorised: { path: '/metrics' },
  });
  t.end();
});

t.test('notes add, take away and say where', (t) => {
  t.strictSame(asked([], { claims: { tls: true } }), SHAKEN);
  t.strictSame(asked(['tls', 'client-certificate'], { claims: { 'client-certificate': false } }), SHAKEN);
  t.strictSame(asked(['tls'], { claims: { tls: false } }), {});
  t.strictSame(asked(['no-anonymous'], { claims: { 'no-anonymous': '/pods' } }), { 'no-anonymous': { path: '/pods' } });
  t.strictSame(asked([], { claims: { healthy: '/healthz' } }), { healthy: { path: '/healthz' } });
  t.strictSame(asked([], { claims: { healthy: 'connect' } }), { healthy: 'connection' });
  t.end();
});

t.test('the last note wins, and keeps the path of one before', (t) => {
  const pods = { claims: { 'no-anonymous': '/pods' } };
  t.strictSame(asked([], pods, { claims: { 'no-anonymous': true } }), { 'no-anonymous': { path: '/pods' } });
  t.strictSame(asked([], pods, { claims: { 'no-anonymous': '/other' } }), { 'no-anonymous': { path: '/other' } });
  t.strictSame(asked([], pods, { claims: { 'no-anonymous': false } }), {});
  t.end();
});

t.test('why there is nothing to ask', (t) => {
  const spec = builtinSpec();
  const vxlan = spec.rows.find((one) => one.kind === 'network' && one.port === 8472);
  t.strictSame(vxlan === undefined ? null : askedClaims(vxlan, spec.notes), {
    claims: new Map(),
    why: 'VXLAN has neither encryption nor authentication.',
  });
  t.equal(askedClaims(row('*:1', 'a'), notes({})).why, null);
  t.end();
});
