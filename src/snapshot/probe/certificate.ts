import type { X509Certificate } from 'node:crypto';
import { canonicalAddress } from '../../spec/endpoint.js';
import type { Certificate } from '../../verdict/claim.js';

/** A certificate may hold thousands of names, chosen by its maker. */
const MAX_NAMES = 100;
const MAX_LENGTH = 256;

/** What is reported of a certificate. */
export function certificateOf({ subject, issuer, subjectAltName, validFrom, validTo }: X509Certificate): Certificate {
  return {
    subject: nameOf(subject),
    issuer: nameOf(issuer),
    names: namesOf(subjectAltName ?? '').slice(0, MAX_NAMES),
    notBefore: dateOf(validFrom),
    notAfter: dateOf(validTo),
  };
}

/** Node gives the parts of a name line by line, with commas in them escaped; undefined if there are none. */
function nameOf(text: string | undefined): string {
  return bounded((text ?? '').split('\n').join(', '));
}

const WORDS: ReadonlyMap<string, string> = new Map([['IP Address', 'IP']]);

/** `DNS:localhost, IP Address:127.0.0.1`; Node quotes values that could be mistaken for several. */
function namesOf(text: string): string[] {
  const names = text.matchAll(/([A-Za-z][\w ]*):("(?:[^"\\]|\\.)*"|[^,]*)(?:, |$)/g);
  return Array.from(names, ([, kind = '', value = '']) => {
    const plain = kind === 'IP Address' ? (canonicalAddress(value) ?? value) : value;
    return bounded(`${WORDS.get(kind) ?? kind}:${plain}`);
  });
}

function bounded(text: string): string {
  return text.length > MAX_LENGTH ? `${text.slice(0, MAX_LENGTH - 1)}…` : text;
}

/** OpenSSL prints `Nov 27 15:00:00 2026 GMT`. */
function dateOf(text: string): string {
  const time = Date.parse(text);
  return new Date(Number.isNaN(time) ? 0 : time).toISOString();
}
