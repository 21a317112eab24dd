/** What descriptions claim of the security of a port. */
export type PageClaim = 'tls' | 'client-certificate' | 'no-anonymous' | 'authorised';

/** What to ask for, unless a note says so. */
export const DEFAULT_PATHS = { 'no-anonymous': '/', authorised: '/metrics' } as const;

/** What a description claims. */
export type DescribedClaims =
  | { readonly kind: 'understood'; readonly claims: readonly PageClaim[] }
  /** A clause about security in none of the forms below. */
  | { readonly kind: 'unclear'; readonly clause: string };

/** For messages. */
export const CLAIM_FORM =
  'no claim about security, or one in a known form, such as "SSL encrypted" or "Client certificate required."';

const IS = '(?:is |are )?(?:always )?';
const NEEDED = '(?:required|needed|mandatory|enforced)';
const NEEDS = '(?:requires?|requiring|needs?|with|uses?|using|demands?)';
const OFF =
  '(?:disabled|off|turned off|switched off|refused|rejected|denied|forbidden|not (?:allowed|permitted|accepted|possible))';
const ACCESS = '(?:authentication|auth|access|requests?|clients?|users?|logins?|connections?)';
const CERTIFICATE = '(?:(?:x\\.?509|valid|tls|ssl) )*client[- ]certificates?';
const ANY_CERTIFICATE = '(?:(?:x\\.?509|valid|client|server|tls|ssl)[- ])*certificates?';
const SECRET = '(?:(?:valid|bearer|static) )*(?:passwords?|tokens?|credentials?)';
const CLIENTS =
  '(?:clients?|peers?|members?|users?) (?:(?:must|have to|need to) (?:present|have|show|use|provide)|needs?)';

/** Whole phrases with what each claims, which are taken out of a clause in this order. Deliberately few forms. */
const PHRASES: readonly (readonly [form: string, claims: readonly PageClaim[]])[] = [
  [`anonymous ${ACCESS} ${IS}${OFF}`, ['no-anonymous']],
  [`(?:no|without|${NEEDS} no) anonymous ${ACCESS}`, ['no-anonymous']],
  [`(?:refuses|rejects|denies|disallows) anonymous ${ACCESS}`, ['no-anonymous']],
  // What is said not to be secured.
  [
    '(?:no|without)(?: any)? (?:tls|ssl|encryption|authentication|authori[sz]ation|client certificates?|credentials?)',
    [],
  ],
  ['(?:unencrypted|not encrypted|unauthenticated|not authenticated)', []],
  [`(?:tls|ssl|encryption|authentication|authori[sz]ation) ${IS}(?:disabled|off|not ${NEEDED})`, []],
  [`client certificates? ${IS}not ${NEEDED}`, []],
  [`${ANY_CERTIFICATE} ${IS}${NEEDED}`, ['tls', 'client-certificate']],
  [`(?:requires?|needs?|demands?) (?:an? |the )?${ANY_CERTIFICATE}`, ['tls', 'client-certificate']],
  [`${NEEDS} (?:an? |the )?${CERTIFICATE}(?: authentication)?`, ['tls', 'client-certificate']],
  ['client[- ]certificate authentication', ['tls', 'client-certificate']],
  [`${CLIENTS} (?:an? )?${ANY_CERTIFICATE}`, ['tls', 'client-certificate']],
  ['each with (?:an?|its own) (?:client )?certificate', ['tls', 'client-certificate']],
  [`(?:mutual (?:tls|ssl)|m-?tls)(?: authentication)?(?: ${IS}(?:enabled|${NEEDED}))?`, ['tls', 'client-certificate']],
  [`${CLIENTS} (?:an? )?${SECRET}(?: from an? static password file)?`, ['no-anonymous']],
  [`${SECRET} ${IS}${NEEDED}`, ['no-anonymous']],
  [`${NEEDS} (?:an? )?${SECRET}`, ['no-anonymous']],
  [`${NEEDS} authentication and authori[sz]ation`, ['authorised']],
  [`authentication and authori[sz]ation ${IS}(?:enabled|${NEEDED})`, ['authorised']],
  [`${NEEDS} authori[sz]ation|authori[sz]ation ${IS}(?:enabled|${NEEDED})`, ['authorised']],
  [`${NEEDS} authentication|authentication ${IS}(?:enabled|${NEEDED})`, ['no-anonymous']],
  ['(?:ssl|tls)[- ](?:encrypted|encryption|only|secured|protected)', ['tls']],
  ['encrypted (?:with|by|over|using|via|through) (?:ssl|tls|https)', ['tls']],
  [`(?:encryption|tls|ssl|https) ${IS}(?:enabled|${NEEDED})`, ['tls']],
  [`(?:over|via|through|by|${NEEDS}) (?:tls|ssl)(?: encryption)?`, ['tls']],
  ['https(?:[- ]only)?', ['tls']],
];

const FORMS = PHRASES.map(([form, claims]) => ({ form: new RegExp(`\\b(?:${form})\\b`, 'gi'), claims }));

/** A clause that is nothing but the name of the protocol. */
const BARE_TLS = /^\W*(?:tls|ssl)(?: v?1\.[23])?\W*$/i;

/** Words that make a clause one about security. */
const MARKER =
  /\b(?:(?:un)?encrypt\w*|m?tls|m-tls|ssl|https|x\.?509|certificates?|anonymous(?:ly)?|(?:un)?authenticat\w*|(?:un)?authori[sz]\w*|passwords?|passphrases?|credentials?|bearer|rbac|insecure(?:ly)?)\b/i;

/** What a row's description claims. `conditions` are the parts of it that are conditions and claim nothing. */
export function claimsIn(description: string, conditions: readonly string[]): DescribedClaims {
  const rest = conditions.reduce((text, condition) => text.replace(condition, ' '), description.replace(/\s+/g, ' '));
  const found = new Set<PageClaim>();
  for (const clause of rest.split(/[.!?;](?=\s|$)|[()[\],]/)) {
    const unknown = FORMS.reduce((text, { form, claims }) => {
      if (text.search(form) === -1) return text;
      for (const claim of claims) found.add(claim);
      return text.replace(form, ' ');
    }, clause);
    if (BARE_TLS.test(unknown)) found.add('tls');
    else if (MARKER.test(unknown)) return { kind: 'unclear', clause: clause.trim() };
  }
  return { kind: 'understood', claims: PAGE_CLAIMS.filter((claim) => found.has(claim)) };
}

/** A text without the claims in it, whose words may be those of conditions: "Client certificate required". */
export function withoutClaims(text: string): string {
  return FORMS.reduce((rest, { form }) => rest.replace(form, ' '), text);
}

const PAGE_CLAIMS: readonly PageClaim[] = ['tls', 'client-certificate', 'no-anonymous', 'authorised'];
