import { printable } from '../../base/text.js';
import type { Certificate, Claim, ClaimFacts } from '../claim.js';
import type { ClaimEvidence } from '../claim_codes.js';

/** With its text. Pure. */
export function renderClaim(facts: ClaimFacts): Claim {
  return { ...facts, message: claimText(facts.evidence) };
}

/** What was seen, without a full stop, safe on a terminal. Pure. */
export function claimText(evidence: ClaimEvidence): string {
  return printable(evidenceText(evidence));
}

function evidenceText({ code, params }: ClaimEvidence): string {
  switch (code) {
    case 'speaks-tls':
      return `it speaks ${params.version}`;
    case 'not-tls':
      return 'it does not speak TLS';
    case 'certificate-demanded':
      return `it refuses clients without a certificate (TLS alert ${params.alert})`;
    case 'served-without-certificate':
      return 'it answers a client without a certificate';
    case 'refused-anonymous':
      return `GET ${params.path} without credentials was refused with ${params.status}`;
    case 'answered-anonymous':
      return `GET ${params.path} without credentials was answered with ${params.status}`;
    case 'anonymous-accepted':
      return `GET ${params.path} without credentials was answered with ${params.status}, not 401: anonymous access is on`;
    case 'answers-healthy':
    case 'answers-unhealthy':
      return `GET ${params.path} was answered with ${params.status}`;
    case 'accepts-connections':
      return 'it accepts connections (nothing was sent)';
    case 'other-status':
      return `GET ${params.path} without credentials was answered with ${params.status}, which says nothing of them`;
    case 'not-http':
      return `the answer to GET ${params.path} is not HTTP/1`;
    case 'headers-too-long':
      return `the headers of the answer to GET ${params.path} are longer than ${params.bytes} bytes`;
    case 'no-answer':
      return `it did not answer within ${params.seconds} s`;
    case 'closed':
      return 'it closed the connection without an answer';
    case 'not-connected':
      return `connecting failed with ${params.errno}`;
    case 'handshake-refused':
      return `it ended the handshake with TLS alert ${params.alert}`;
    case 'handshake-failed':
      return `the handshake failed: ${params.text}`;
    case 'without-tls':
      return 'not probed: it does not speak TLS';
    case 'valid-certificate':
      return `the certificate is valid for ${days(params.days)} more`;
    case 'expiring-certificate':
      return `the certificate expires in ${days(params.days)}`;
    case 'expired-certificate':
      return `the certificate expired ${days(params.days)} ago`;
    case 'certificate-not-yet-valid':
      return `the certificate is not valid yet, but in ${days(params.days)}`;
    case 'owner-by-name':
      return 'not probed: only a name, which any user can choose, shows whose listener it is';
    case 'owner-differs':
      return 'not probed: it is not certain which program would answer';
    case 'bound-to-device':
      return 'not probed: the listener takes only what comes in on one device, which has no address for it';
    case 'not-tcp':
      return 'not probed: the row is not about TCP';
    case 'out-of-time':
      return 'not probed to the end: the deadline was over';
    case 'nothing-claimed':
      return 'nothing is claimed';
    case 'nothing-to-ask':
      return params.why;
    case 'skipped':
      return 'skipped, as requested';
  }
}

function days(count: number): string {
  return count === 1 ? '1 day' : `${count} days`;
}

/** A certificate in one line, safe on a terminal. Pure. */
export function certificateText({ subject, issuer, names, notBefore, notAfter }: Certificate): string {
  const by = issuer === subject ? 'itself' : issuer || 'nobody';
  const others = names.length === 0 ? '' : `, for ${names.join(' ')}`;
  const dates = `${notBefore.slice(0, 10)} to ${notAfter.slice(0, 10)}`;
  return printable(`${subject || 'no subject'}, issued by ${by}, ${dates}${others}`);
}
