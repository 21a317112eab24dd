import type { Role } from './rows.js';

/** The role that a text names; `unclear` if it is ambiguous, null if it names none. */
export type RoleMention = Role | 'all' | 'unclear' | null;

const CONTROL_PLANE = 'control ?planes?|masters?';
const WORKER = 'workers?';
const NODE = '(?:nodes?|hosts?|machines?)';
const FILLER = '(?:the|of|kubernetes|k8s|cluster|kinds|types)';
/** Between two roles: `control plane and worker nodes`, `workers / control planes`. */
const JOINT = String.raw`(?: ${NODE})? ?(?:,|\/|&|\+|and|or|as well as|, and) ?(?:(?:on|all|the|for) )*`;

const SAYS_CONTROL_PLANE = new RegExp(String.raw`\b(?:${CONTROL_PLANE})\b`);
const SAYS_WORKER = new RegExp(String.raw`\b(?:${WORKER})\b`);
const SAYS_ALL = new RegExp(String.raw`\b(?:all|every|each|any|both)(?: ${FILLER})* (?:${NODE}|roles?)\b`);
const SAYS_BOTH = new RegExp(
  String.raw`\b(?:${CONTROL_PLANE})${JOINT}(?:${WORKER})\b|\b(?:${WORKER})${JOINT}(?:${CONTROL_PLANE})\b`,
);
const SAYS_NOT = /\b(?:not|non|no|except|excluding|without|unless|but|other than|besides)\b/;
const SAYS_NODES = /\b(?:nodes|hosts|machines)\b|\b(?:on|of|for|in) (?:[\w-]+ ){0,3}node\b/;

/**
 * The role that a text names, in any case and spelling (`control-plane`, `Control plane nodes only`). Ambiguous texts ("all
 * nodes except workers") are `unclear`.
 */
export function roleIn(text: string): RoleMention {
  const words = text.toLowerCase().replace(/[\s_-]+/g, ' ');
  const controlPlane = SAYS_CONTROL_PLANE.test(words);
  const worker = SAYS_WORKER.test(words);
  const all = SAYS_ALL.test(words);
  if (!controlPlane && !worker && !all) return null;
  if (SAYS_NOT.test(words)) return 'unclear';
  if (controlPlane && worker) return SAYS_BOTH.test(words) ? 'all' : 'unclear';
  if (all) return controlPlane || worker ? 'unclear' : 'all';
  return worker ? 'worker' : 'control-plane';
}

/** What may stand before and behind a role in a heading: anything else may tell some of its nodes from others. */
const BEFORE =
  /(?:^|[^\w ]|\b(?:on|for|of|in|to|the|all|each|every|any|both|only|and|or|as|canonical|kubernetes|k8s|cluster|network|services?|ports?|sockets?)) ?$/;
const BEHIND =
  /^ ?(?:$|[^\w ]|(?:(?:nodes?|hosts?|machines?|roles?) ?)?(?:$|[^\w ]|(?:only|and|or|as|network|services?|ports?|sockets?|listeners?|components?)\b))/;
const ROLE_WORDS = new RegExp(String.raw`\b(?:${CONTROL_PLANE}|${WORKER})\b`, 'g');

/** Whether a heading that names a role is about some of its nodes ("GPU worker nodes"), or has the role in a comment, which nobody sees. */
export function namesSomeNodes(heading: string): boolean {
  const words = heading.toLowerCase().replace(/[\s_-]+/g, ' ');
  const isQualified = Array.from(words.matchAll(ROLE_WORDS)).some(
    ({ index, 0: { length } }) => !BEFORE.test(words.slice(0, index)) || !BEHIND.test(words.slice(index + length)),
  );
  return isQualified || heading.includes('<!--');
}

/**
 * As `roleIn`, for text above a table: if it is about nodes of an unknown role ("Services on edge nodes"), it is `unclear` too, so that
 * the table does not inherit the role of the heading above.
 */
export function roleInHeading(text: string): RoleMention {
  return roleIn(text) ?? (SAYS_NODES.test(text.toLowerCase()) ? 'unclear' : null);
}
