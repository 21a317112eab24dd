import { withoutClaims } from './claims.js';

/** What a description says about when its row applies. */
export type Conditions =
  | { readonly kind: 'understood'; readonly conditions: readonly string[] }
  /** A clause that may be a condition, in none of the forms below. */
  | { readonly kind: 'unclear'; readonly clause: string };

/** For messages. */
export const CONDITION_FORM = 'a condition in a known form, such as "(when X is enabled)" or "Only applies if X."';

const LINK = '(?:if|when|whenever|where|wherever|unless|while|as long as|provided(?: that)?|in case(?: of)?)';
const VERB =
  '(?:applies|applicable|valid|relevant|enabled|exposed|opened|open|present|available|active|listens|listening|runs|running|started|bound|exists|installed|deployed|created|used|needed|required)';
const SUBJECT = '(?:(?:it|this|that|(?:this|the) (?:port|row|service|socket|listener|endpoint|server))(?: is| are)? )?';
/** A state that something can be in, so that "when X is in use" is no part of what the row is for, as "when clients ask" is. */
const STATE =
  '(?:enabled|disabled|used|in use|set|configured|installed|deployed|active|inactive|on|off|turned o(?:n|ff)|switched o(?:n|ff)|running|present|absent|available|selected|chosen|requested|activated|deactivated|replaced|the datastore|(?:[\\w-]+ )?datastore)';

/** Whole clauses that are conditions. Deliberately few forms: whatever else may be one is refused. */
const CONDITIONS: readonly RegExp[] = [
  // Optional. Optional, for Hubble.
  /^optional(?:ly)?\b/i,
  // Only applies if X. Not used with X. It is only present where X. Enabled when X.
  new RegExp(
    `^${SUBJECT}(?:is |are )?(?:only|not|never|optionally) ${VERB} (?:only )?(?:${LINK}|with|without|in|on|by default)\\b`,
    'i',
  ),
  new RegExp(
    `^${SUBJECT}(?:applies|applicable|enabled|exposed|opened|open|present|available|active|started) (?:only )?${LINK} `,
    'i',
  ),
  new RegExp(`^${SUBJECT}${VERB} only (?:${LINK}|with|without|in|on) `, 'i'),
  // Only if X. Only with X.
  new RegExp(`^only (?:${LINK}|with|without|in|on|for) `, 'i'),
  // If X. When X is enabled. A comma would begin a sentence about something else.
  /^(?:not )?(?:if|unless|as long as|provided(?: that)?|in case(?: of)?|without) [^,]+$/i,
  /^not (?:when|where|while|with|in|on|for) [^,]+$/i,
  new RegExp(`^${LINK} (?:using |(?:[^\\s,]+ ){1,6}?(?:is|are) (?:not |also )?${STATE}\\b)[^,]*$`, 'i'),
  new RegExp(`^${SUBJECT}(?:applies|applicable|limited|restricted) (?:only )?(?:to|for) [^,]+$`, 'i'),
  // Disabled by default.
  new RegExp(`^${SUBJECT}(?:disabled|off|closed|inactive|not ${VERB}|(?:turned|switched) off) by default$`, 'i'),
  new RegExp(`^${SUBJECT}(?:disabled|off|closed|inactive) ${LINK} [^,]+$`, 'i'),
  // Requires X. Depends on X.
  new RegExp(
    `^${SUBJECT}(?:requires|needs|depends on|depending on|conditional on|subject to|assumes|assuming) [^,]+$`,
    'i',
  ),
  // IPv6 only. Clusters with X only.
  /^(?:ipv[46]|dual[- ]stack|ha|high availability|[^,]*\b(?:clusters?|deployments?|datastores?|installations?|mode)\b[^,]*) only$/i,
];

/** In brackets, also: (where X), which a sentence may begin to say what a port is for. */
const CONDITION_IN_BRACKETS = new RegExp(`^${LINK} [^,]+$`, 'i');

/** Conditions behind what a row is for: "Metrics, when Hubble is enabled", "Present only if asked for". */
const TRAILING: readonly RegExp[] = [
  new RegExp(`\\b(only (?:[\\w-]+ ){0,3}?(?:${LINK}|with|without|in) .+)$`, 'i'),
  new RegExp(
    `\\b(${LINK} (?:[^\\s,]+ ){1,6}?(?:is|are|has been|have been|gets) (?:not |also |explicitly )?${STATE}\\b[^,]*)$`,
    'i',
  ),
  /,\s+((?:if|unless|provided(?: that)?) [^,]+)$/i,
  /(?:[,:–—]|\s-)\s+(optional(?:ly)?|(?:disabled|off|not enabled) by default)$/i,
];

/** Words that make a clause conditional, or may. */
const MARKER = new RegExp(
  [
    `\\b(?:${LINK}|without|except|excluding|only|optional(?:ly)?|providing|assum(?:e|es|ing)|depend(?:s|ing|ent)? (?:on|upon))\\b`,
    '\\b(?:conditional(?:ly)?|subject to|require[sd]?|requiring|needs?|needed|until|since|during|before|after|as of)\\b',
    '\\b(?:deprecated|obsolete|legacy|removed|replaced|superseded|experimental|preview|disabled?|enabled?|enabling)\\b',
    `\\bnot (?:yet |always )?(?:${VERB}|with|in|on|for|by)\\b|\\b(?:never|no longer|instead of|otherwise|might|may (?:be|not))\\b`,
    '\\b(?:sometimes|usually|typically|normally|rarely|possibly|by default|opt[- ](?:in|out)|on (?:request|demand)|gated?|unused|reserved|once|as needed)\\b',
    '\\b(?:exclusive(?:ly)?|alpha|beta|planned|upcoming|temporar(?:y|ily)|unsupported|not supported|rather than|in place of)\\b',
    '\\b(?:features?|add-?ons?|plug-?ins?|flags?|options?)\\b',
    '\\b(?:turned|switched) (?:on|off)\\b|\\boff\\b|\\bn\\/?a\\b|\\b(?:applies|applicable|limited|restricted) (?:to|for)\\b',
    '\\bper[- ]cluster\\b|\\b(?:one|a single|the first|some|most|certain|leader|bootstrap) nodes?\\b|\\bleader\\b',
    // Of one release, or of some clusters.
    '\\bv?1\\.\\d\\d\\b|\\b(?:for|in|on|with) (?:[\\w-]+ ){0,3}?(?:clusters?|deployments?|datastores?|installations?|setups?|environments?|mode)\\b(?!-)',
  ].join('|'),
  'i',
);
/** In brackets, more may be a condition: (with X), (IPv6). */
const MARKER_IN_BRACKETS = /^(?:with|without|for|in|on|under|from|at|up to|ipv[46]|ha|dual[- ]stack)\b/i;

/** What a row is for. It contains words of conditions and is none. */
const INERT = new RegExp(
  [
    '\\b(?:needed|required) (?:by|to)\\b',
    '\\bonly (?:reachable|accessible|available|listens|listening) (?:from|on|to) (?:the )?(?:localhost|loopback(?: interface)?|(?:node|host|machine) itself|(?:same|local) (?:node|host|machine))\\b',
    '\\b(?:localhost|loopback|read)[- ]only\\b|\\boff-\\w',
  ].join('|'),
  'gi',
);

/** Whether a text may be, or contain, a condition. */
export function isConditional(text: string): boolean {
  return MARKER.test(withoutClaims(text).replace(INERT, ' '));
}

/** The conditions in a row's description, such as `when kube-proxy replacement is not enabled`. */
export function conditionsIn(description: string): Conditions {
  const conditions: string[] = [];
  for (const one of clausesIn(description)) {
    const { clause, isBracketed } = one;
    const isOpen = isConditional(clause) || (isBracketed && MARKER_IN_BRACKETS.test(clause) && !isClaim(clause));
    if (!isOpen) continue;
    const condition = conditionOf(one);
    if (condition === null) return { kind: 'unclear', clause };
    conditions.push(condition);
  }
  return { kind: 'understood', conditions };
}

function isClaim(clause: string): boolean {
  return /\b(?:authentication|authorization|certificates?|tls|ssl|https?)\b/i.test(clause);
}

function conditionOf({ clause, isBracketed }: Clause): string | null {
  if (clause.length > MAX_CLAUSE || RELEASE.test(clause)) return null;
  if (isBracketed && CONDITION_IN_BRACKETS.test(clause)) return clause;
  if (CONDITIONS.some((form) => form.test(clause))) return clause;
  for (const form of TRAILING) {
    const match = form.exec(clause);
    const before = clause.slice(0, match?.index ?? 0);
    if (match !== null && !isConditional(before)) return match[1] ?? null;
  }
  return null;
}

/** In characters: the time that the forms take grows with the square of it. */
const MAX_CLAUSE = 300;

/** Whether a row of one release applies is for the pages of the releases to say. */
const RELEASE = /\bv?1\.\d\d\b/i;

interface Clause {
  readonly clause: string;
  readonly isBracketed: boolean;
}

const BRACKETS = /\(([^()]*)\)|\[([^[\]]*)\]/g;

/** Sentences, and what is in brackets, without the marks at their ends. */
function clausesIn(description: string): Clause[] {
  const bracketed = Array.from(description.matchAll(BRACKETS), ([, round, square]) => round ?? square ?? '');
  const rest = description
    .replace(BRACKETS, (_, __, ___, at: number) => (at === 0 ? '' : ' '))
    .replace(/\s+([.!?;])/g, '$1');
  const clauses = [
    ...bracketed.map((clause) => ({ clause, isBracketed: true })),
    ...rest.split(/(?<=[.!?;])\s+/).map((clause) => ({ clause, isBracketed: false })),
  ];
  return clauses
    .map(({ clause, isBracketed }) => ({
      clause: clause
        .trim()
        .replace(/[.!?;\s]+$/, '')
        .replace(/\s+/g, ' '),
      isBracketed,
    }))
    .filter(({ clause }) => clause !== '');
}
