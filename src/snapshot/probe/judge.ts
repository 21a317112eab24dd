import type { Certificate, ClaimName, ClaimResult } from '../../verdict/claim.js';
import type { ClaimEvidence } from '../../verdict/claim_codes.js';
import type { Severity } from '../../verdict/finding.js';
import { MAX_HEADERS, type Outcome, type Reply } from './ask.js';

export interface Judgement {
  readonly result: ClaimResult;
  readonly severity: Severity;
  readonly evidence: ClaimEvidence;
}

const holds = (evidence: ClaimEvidence): Judgement => ({ result: 'holds', severity: 'none', evidence });
const broken = (evidence: ClaimEvidence, severity: 'error' | 'warning' = 'error'): Judgement => ({
  result: 'broken',
  severity,
  evidence,
});
export const unverified = (evidence: ClaimEvidence): Judgement => ({
  result: 'unverified',
  severity: 'unknown',
  evidence,
});

/** TLS alerts of a server that misses a certificate: bad_certificate and certificate_required (RFC 8446, section 6). */
const NO_CERTIFICATE: readonly number[] = [42, 116];
/** Before TLS 1.3, OpenSSL sends handshake_failure for it, which means other things too before the key exchange. */
const HANDSHAKE_FAILURE = 40;

/** How long the listener had, and when. */
export interface Asked {
  readonly seconds: number;
  readonly now: number;
  /** What was asked for. */
  readonly path: string | null;
}

/** Whether a claim is true of a listener that replied so. Pure. */
export function judge(claim: ClaimName, reply: Reply, asked: Asked): Judgement {
  switch (claim) {
    case 'tls':
      return judgeTls(reply, asked);
    case 'certificate-valid':
      return judgeCertificate(reply, asked);
    case 'client-certificate':
      return judgeClientCertificate(reply, asked);
    case 'no-anonymous':
      return judgeAnonymous(reply, asked);
    case 'authorised':
      return judgeAuthorised(reply, asked);
    case 'healthy':
      return judgeHealth(reply, asked);
  }
}

function judgeTls({ tlsVersion, outcome }: Reply, asked: Asked): Judgement {
  if (tlsVersion !== null) return holds({ code: 'speaks-tls', params: { version: tlsVersion } });
  if (outcome.kind === 'not-tls') return broken({ code: 'not-tls', params: {} });
  return unverified(whyUnknown(outcome, asked));
}

/** Warn this long before the end. */
const EXPIRY_DAYS = 30;
const DAY_MS = 24 * 60 * 60 * 1000;

function judgeCertificate({ certificate, outcome }: Reply, asked: Asked): Judgement {
  return certificate === null ? unverified(whyUnknown(outcome, asked)) : judgeDates(certificate, asked.now);
}

/** Only the dates: certificates that services make for themselves are signed by themselves, and for names of their own. */
function judgeDates({ notBefore, notAfter }: Certificate, now: number): Judgement {
  const early = Date.parse(notBefore) - now;
  const left = Date.parse(notAfter) - now;
  if (early > 0) return broken({ code: 'certificate-not-yet-valid', params: { days: Math.ceil(early / DAY_MS) } });
  const days = Math.floor(Math.abs(left) / DAY_MS);
  if (left < 0) return broken({ code: 'expired-certificate', params: { days } });
  if (left < EXPIRY_DAYS * DAY_MS) return broken({ code: 'expiring-certificate', params: { days } }, 'warning');
  return holds({ code: 'valid-certificate', params: { days } });
}

function demandsCertificate(outcome: Outcome): outcome is Outcome & { readonly kind: 'alert' } {
  if (outcome.kind !== 'alert') return false;
  return NO_CERTIFICATE.includes(outcome.alert) || (outcome.isLate && outcome.alert === HANDSHAKE_FAILURE);
}

function judgeClientCertificate({ outcome, tlsVersion }: Reply, asked: Asked): Judgement {
  if (demandsCertificate(outcome)) return holds({ code: 'certificate-demanded', params: { alert: outcome.alert } });
  const isAnswer = ['connected', 'status', 'not-http', 'headers-too-long'].includes(outcome.kind);
  if (isAnswer && tlsVersion !== null) return broken({ code: 'served-without-certificate', params: {} });
  return unverified(whyUnknown(outcome, asked));
}

/** 403 means that the request was taken for one of an anonymous user, and 404 that it got past authentication. */
const PAST_AUTHENTICATION: readonly number[] = [403, 404, 405];

function judgeAnonymous({ outcome }: Reply, asked: Asked): Judgement {
  if (demandsCertificate(outcome)) return holds({ code: 'certificate-demanded', params: { alert: outcome.alert } });
  if (outcome.kind !== 'status') return unverified(whyUnknown(outcome, asked));
  const params = { path: asked.path ?? '', status: outcome.status };
  if (outcome.status === 401) return holds({ code: 'refused-anonymous', params });
  if (isSuccess(outcome.status)) return broken({ code: 'answered-anonymous', params });
  if (PAST_AUTHENTICATION.includes(outcome.status)) return broken({ code: 'anonymous-accepted', params });
  return unverified({ code: 'other-status', params });
}

function judgeAuthorised({ outcome }: Reply, asked: Asked): Judgement {
  if (demandsCertificate(outcome)) return holds({ code: 'certificate-demanded', params: { alert: outcome.alert } });
  if (outcome.kind !== 'status') return unverified(whyUnknown(outcome, asked));
  const params = { path: asked.path ?? '', status: outcome.status };
  if (outcome.status === 401 || outcome.status === 403) return holds({ code: 'refused-anonymous', params });
  return isSuccess(outcome.status)
    ? broken({ code: 'answered-anonymous', params })
    : unverified({ code: 'other-status', params });
}

function isSuccess(status: number): boolean {
  return status >= 200 && status < 300;
}

/** A health check counts anything but a success as a failure. A late answer may be that of a busy node. */
function judgeHealth({ outcome }: Reply, asked: Asked): Judgement {
  switch (outcome.kind) {
    case 'connected':
      return holds({ code: 'accepts-connections', params: {} });
    case 'status': {
      const params = { path: asked.path ?? '', status: outcome.status };
      return isSuccess(outcome.status)
        ? holds({ code: 'answers-healthy', params })
        : broken({ code: 'answers-unhealthy', params });
    }
    case 'silent':
      return broken(whyUnknown(outcome, asked), 'warning');
    case 'closed':
    case 'not-http':
    case 'headers-too-long':
      return broken(whyUnknown(outcome, asked));
    case 'not-connected':
    case 'not-tls':
    case 'handshake-failed':
    case 'alert':
      return unverified(whyUnknown(outcome, asked));
  }
}

function whyUnknown(outcome: Outcome, { seconds, path }: Asked): ClaimEvidence {
  switch (outcome.kind) {
    case 'connected':
      return { code: 'accepts-connections', params: {} };
    case 'not-connected':
      return { code: 'not-connected', params: { errno: outcome.errno } };
    case 'silent':
      return { code: 'no-answer', params: { seconds } };
    case 'closed':
      return { code: 'closed', params: {} };
    case 'not-tls':
      return { code: 'without-tls', params: {} };
    case 'handshake-failed':
      return { code: 'handshake-failed', params: { text: outcome.text } };
    case 'alert':
      return { code: 'handshake-refused', params: { alert: outcome.alert } };
    case 'status':
      return { code: 'other-status', params: { path: path ?? '', status: outcome.status } };
    case 'not-http':
      return { code: 'not-http', params: { path: path ?? '' } };
    case 'headers-too-long':
      return { code: 'headers-too-long', params: { path: path ?? '', bytes: MAX_HEADERS } };
  }
}
