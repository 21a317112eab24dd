import { replaceParams, UNCODED, type Uncoded } from '../../base/coded.js';
import { printable } from '../../base/text.js';
import { endpointOf, endpointText } from '../../node/flag_value.js';
import type { Certificate, Claim, UnaskedRow } from '../../verdict/claim.js';
import { CLAIM_CODES, type ClaimEvidence } from '../../verdict/claim_codes.js';
import { claimText } from '../../verdict/text/claim.js';
import { expectedOf } from './expected.js';
import type { Redaction } from './redaction.js';

export function claimOf(
  { row, claim, endpoint, result, severity, evidence, certificate }: Claim,
  to: Redaction,
): Claim {
  return {
    row: expectedOf(row, to),
    claim,
    endpoint: to.orNull(endpoint, (text) => placeOf(text, to)),
    result,
    severity,
    ...evidenceOf(evidence, `${claim}: ${result}`, to),
    certificate: certificate === null ? null : certificateOf(certificate, to),
  };
}

export function unaskedOf({ row, evidence }: UnaskedRow, to: Redaction): UnaskedRow {
  return { row: expectedOf(row, to), ...evidenceOf(evidence, 'not probed', to) };
}

/** `neutral` is the message of evidence without a code. */
function evidenceOf(
  evidence: ClaimEvidence | Uncoded,
  neutral: string,
  to: Redaction,
): Pick<Claim, 'evidence' | 'message'> {
  if (evidence.code === null) return { evidence: UNCODED, message: printable(neutral) };
  const replaced = replaceParams(CLAIM_CODES, evidence, to.replacers);
  return { evidence: replaced, message: claimText(replaced) };
}

function placeOf(text: string, to: Redaction): string {
  const endpoint = endpointOf(text);
  if (endpoint === null || endpoint.address === null) return to.name(text);
  return endpointText({ address: to.address(endpoint.address), port: endpoint.port });
}

function certificateOf({ subject, issuer, names, notBefore, notAfter }: Certificate, to: Redaction): Certificate {
  return {
    subject: distinguishedName(subject, to),
    issuer: distinguishedName(issuer, to),
    names: names.map((name) => alternativeName(name, to)),
    notBefore: to.time(notBefore) ?? '',
    notAfter: to.time(notAfter) ?? '',
  };
}

/** The kinds of parts of a name (RFC 4514), which are no names themselves. */
const PART = /^(C|CN|O|OU|L|ST|DC|UID|serialNumber|emailAddress)=(.*)$/s;

function distinguishedName(text: string, to: Redaction): string {
  if (text === '') return '';
  return text
    .split(/(?<!\\), /)
    .map((part) => {
      const [, kind, value] = PART.exec(part) ?? [];
      return kind === undefined || value === undefined ? to.name(part) : `${kind}=${to.host(value)}`;
    })
    .join(', ');
}

function alternativeName(text: string, to: Redaction): string {
  const [, kind, value = ''] = /^(DNS|IP|URI|email):(.*)$/s.exec(text) ?? [];
  if (kind === undefined) return to.name(text);
  return `${kind}:${kind === 'IP' ? to.address(value) : kind === 'DNS' ? to.host(value) : to.name(value)}`;
}
