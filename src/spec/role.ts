import type { Role } from './rows.js';

/** What words say about roles: one of them, all of them, something that cannot be relied on, or nothing. */
export type RoleWords = Role | 'all' | 'unclear' | null;

const CONTROL_PLANE = 'control ?planes?|masters?';
const WORKER = 'workers?';
const NODE = '(?:nodes?|hosts?|machines?)';
const FILLER = '(?:the|of|kubernetes|k8s|cluster|kinds|types)';
/** Between two roles that are both meant: `control plane and worker nodes`, `workers / control planes`. */
const JOINT = String.raw`(?: ${NODE})? ?(?:,|\/|&|\+|and|or|as well as|, and) ?(?:(?:on|all|the|for) )*`;

const SAYS_CONTROL_PLANE = new RegExp(String.raw`\b(?:${CONTROL_PLANE})\b`);
const SAYS_WORKER = new RegExp(String.raw`\b(?:${WORKER})\b`);
const SAYS_ALL = new RegExp(String.raw`\b(?:all|every|each|any|both)(?: ${FILLER})* (?:${NODE}|roles?)\b`);
const SAYS_BOTH = new RegExp(
  String.raw`\b(?:${CONTROL_PLANE})${JOINT}(?:${WORKER})\b|\b(?:${WORKER})${JOINT}(?:${CONTROL_PLANE})\b`,
);
const SAYS_NOT = /\b(?:not|non|no|except|excluding|without|unless|but|other than|besides)\b/;
const SAYS_NODES = /\b(?:nodes|hosts|machines)\b/;

/**
 * The role that words name, in whatever case and spelling (`control-plane`, `Control plane nodes only`). Words that
 * name roles in a way that could be read either way ("all nodes except workers") are `unclear`, never guessed at.
 */
export function roleWords(text: string): RoleWords {
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

/**
 * As `roleWords`, for a heading: one that speaks of nodes without a role that is known ("Services on edge nodes") is
 * `unclear` as well, so that it does not silently take over the role of the heading above it.
 */
export function headingRole(text: string): RoleWords {
  return roleWords(text) ?? (SAYS_NODES.test(text.toLowerCase()) ? 'unclear' : null);
}
