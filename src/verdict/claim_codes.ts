import type { Coded, CodeTable } from '../base/coded.js';

/** What was seen when a claim was probed. `path` is what was asked for, `status` the answer's, `alert` the number of a TLS alert. */
export const CLAIM_CODES = {
  'speaks-tls': { about: 'The handshake succeeded.', params: { version: 'version' } },
  'not-tls': { about: 'What came back is not TLS.', params: {} },
  'certificate-demanded': {
    about: 'The listener refused a client without a certificate.',
    params: { alert: 'count' },
  },
  'served-without-certificate': {
    about: 'The listener answered a client without a certificate.',
    params: {},
  },
  'refused-anonymous': {
    about: 'A request without credentials was refused.',
    params: { path: 'prose', status: 'count' },
  },
  'answered-anonymous': {
    about: 'A request without credentials was answered.',
    params: { path: 'prose', status: 'count' },
  },
  'anonymous-accepted': {
    about: 'A request without credentials was taken for one of an anonymous user, so anonymous access is on.',
    params: { path: 'prose', status: 'count' },
  },
  'answers-healthy': { about: 'The health check succeeded.', params: { path: 'prose', status: 'count' } },
  'answers-unhealthy': { about: 'The health check failed.', params: { path: 'prose', status: 'count' } },
  'accepts-connections': { about: 'The listener accepted a connection, and nothing was sent.', params: {} },
  'other-status': {
    about: 'The answer says neither that credentials are needed nor that they are not.',
    params: { path: 'prose', status: 'count' },
  },
  'not-http': { about: 'What came back is no answer of HTTP/1.', params: { path: 'prose' } },
  'headers-too-long': {
    about: 'The headers of the answer did not end within `bytes`.',
    params: { path: 'prose', bytes: 'count' },
  },
  'no-answer': { about: 'There was no answer in time.', params: { seconds: 'seconds' } },
  closed: { about: 'The connection was closed without an answer.', params: {} },
  'not-connected': { about: 'The connection failed.', params: { errno: 'errno' } },
  'handshake-refused': { about: 'The listener ended the handshake with an alert.', params: { alert: 'count' } },
  'handshake-failed': { about: 'The handshake failed with another error.', params: { text: 'errorText' } },
  'without-tls': { about: 'It was not probed, since the listener does not speak TLS.', params: {} },
  'valid-certificate': { about: 'The certificate that was shown is valid for `days` more.', params: { days: 'count' } },
  'expiring-certificate': {
    about: 'The certificate that was shown expires in `days`; a warning.',
    params: { days: 'count' },
  },
  'expired-certificate': { about: 'The certificate that was shown expired `days` ago.', params: { days: 'count' } },
  'certificate-not-yet-valid': {
    about: 'The certificate that was shown will be valid in `days`.',
    params: { days: 'count' },
  },
  'owner-by-name': {
    about: 'It was not probed, since only a name shows whose listener it is, which any user can choose.',
    params: {},
  },
  'owner-differs': {
    about:
      'It was not probed, since it is not certain which program would answer: another one listens on the same address, or may.',
    params: {},
  },
  'bound-to-device': {
    about:
      'It was not probed, since the listener takes only what comes in on one device, which has no address that the node can use for it.',
    params: {},
  },
  'not-tcp': { about: 'It was not probed, since the row is not about TCP.', params: {} },
  'out-of-time': { about: 'It was not probed, or not long enough, since the deadline was over.', params: {} },
  'nothing-claimed': { about: 'Nothing is claimed of the row.', params: {} },
  'nothing-to-ask': { about: 'The notes say why there is nothing to ask of the row.', params: { why: 'prose' } },
  skipped: { about: 'It was not probed, as requested (--probe-skip).', params: {} },
} as const satisfies CodeTable;

/** What was seen when a claim was probed, or why it was not probed. */
export type ClaimEvidence = Coded<typeof CLAIM_CODES>;
