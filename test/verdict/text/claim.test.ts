import t from 'tap';
import { CLAIM_CODES, type ClaimEvidence } from '../../../src/verdict/claim_codes.js';
import { certificateText, claimText } from '../../../src/verdict/text/claim.js';

const GET = { path: '/x', status: 401 };

const CASES: readonly (readonly [evidence: ClaimEvidence, text: string])[] = [
  [{ code: 'speaks-tls', params: { version: 'TLSv1.3' } }, 'it speaks TLSv1.3'],
  [{ code: 'not-tls', params: {} }, 'it does not speak TLS'],
  [{ code: 'certificate-demanded', params: { alert: 42 } }, 'it refuses clients without a certificate (TLS alert 42)'],
  [{ code: 'served-without-certificate', params: {} }, 'it answers a client without a certificate'],
  [{ code: 'refused-anonymous', params: GET }, 'GET /x without credentials was refused with 401'],
  [{ code: 'answered-anonymous', params: GET }, 'GET /x without credentials was answered with 401'],
  [
    { code: 'anonymous-accepted', params: { path: '/x', status: 403 } },
    'GET /x without credentials was answered with 403, not 401: anonymous access is on',
  ],
  [{ code: 'answers-healthy', params: GET }, 'GET /x was answered with 401'],
  [{ code: 'answers-unhealthy', params: GET }, 'GET /x was answered with 401'],
  [{ code: 'accepts-connections', params: {} }, 'it accepts connections (nothing was sent)'],
  [
    { code: 'other-status', params: GET },
    'GET /x without credentials was answered with 401, which says nothing of them',
  ],
  [{ code: 'not-http', params: { path: '/\x1b' } }, 'the answer to GET /\\x1b is not HTTP/1'],
  [
    { code: 'headers-too-long', params: { path: '/x', bytes: 9 } },
    'the headers of the answer to GET /x are longer than 9 bytes',
  ],
  [{ code: 'no-answer', params: { seconds: 2 } }, 'it did not answer within 2 s'],
  [{ code: 'closed', params: {} }, 'it closed the connection without an answer'],
  [{ code: 'not-connected', params: { errno: 'ECONNREFUSED' } }, 'connecting failed with ECONNREFUSED'],
  [{ code: 'handshake-refused', params: { alert: 70 } }, 'it ended the handshake with TLS alert 70'],
  [{ code: 'handshake-failed', params: { text: 'ERR_X' } }, 'the handshake failed: ERR_X'],
  [{ code: 'without-tls', params: {} }, 'not probed: it does not speak TLS'],
  [{ code: 'valid-certificate', params: { days: 300 } }, 'the certificate is valid for 300 days more'],
  [{ code: 'expiring-certificate', params: { days: 1 } }, 'the certificate expires in 1 day'],
  [{ code: 'expired-certificate', params: { days: 0 } }, 'the certificate expired 0 days ago'],
  [{ code: 'certificate-not-yet-valid', params: { days: 2 } }, 'the certificate is not valid yet, but in 2 days'],
  [
    { code: 'owner-by-name', params: {} },
    'not probed: only a name, which any user can choose, shows whose listener it is',
  ],
  [{ code: 'owner-differs', params: {} }, 'not probed: it is not certain which program would answer'],
  [
    { code: 'bound-to-device', params: {} },
    'not probed: the listener takes only what comes in on one device, which has no address for it',
  ],
  [{ code: 'not-tcp', params: {} }, 'not probed: the row is not about TCP'],
  [{ code: 'out-of-time', params: {} }, 'not probed to the end: the deadline was over'],
  [{ code: 'nothing-claimed', params: {} }, 'nothing is claimed'],
  [{ code: 'nothing-to-ask', params: { why: 'It is so.' } }, 'It is so.'],
  [{ code: 'skipped', params: {} }, 'skipped, as requested'],
];

t.test('every code has its text', (t) => {
  for (const [evidence, text] of CASES) t.equal(claimText(evidence), text, evidence.code);
  t.strictSame(
    CASES.map(([{ code }]) => code),
    Object.keys(CLAIM_CODES),
  );
  t.end();
});

t.test('certificates', (t) => {
  const dates = { notBefore: '2026-01-02T03:04:05.000Z', notAfter: '2027-01-02T03:04:05.000Z' };
  t.equal(
    certificateText({ subject: 'CN=a', issuer: 'CN=ca', names: ['DNS:a', 'IP:::1'], ...dates }),
    'CN=a, issued by CN=ca, 2026-01-02 to 2027-01-02, for DNS:a IP:::1',
  );
  t.equal(
    certificateText({ subject: 'CN=\x1b[2J', issuer: 'CN=\x1b[2J', names: [], ...dates }),
    'CN=\\x1b[2J, issued by itself, 2026-01-02 to 2027-01-02',
  );
  t.equal(certificateText({ subject: '', issuer: 'CN=ca', names: [], ...dates }).startsWith('no subject'), true);
  t.end();
});
