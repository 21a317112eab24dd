import type { Fleet } from '../fleet/fleet.js';
import type { SetAside } from '../fleet/machines.js';
import type { Mark } from '../fleet/mark.js';
import type { MatrixPage } from '../fleet/matrix.js';
import type { State } from '../fleet/state.js';
import type { Result } from '../snapshot/document/document.js';
import type { Severity, Verdict } from '../verdict/finding.js';

/** A symbol before every word, so that faults can be found without colour and without reading. */
export const SYMBOLS: Readonly<Record<Severity, string>> = {
  error: '✗',
  warning: '▲',
  info: '▽',
  unknown: '?',
  none: '✓',
};

export const RESULT_SYMBOLS: Readonly<Record<Result, string>> = { match: '✓', drift: '✗', incomplete: '?' };

/** A state as a symbol and a word. */
export interface StateText {
  readonly symbol: string;
  readonly word: string;
}

export function stateText(state: State): StateText {
  switch (state.kind) {
    case 'none':
      return { symbol: '·', word: 'none' };
    case 'unseen':
      return { symbol: '?', word: 'unseen' };
    case 'verdict':
      return state.verdict === 'not-applicable'
        ? { symbol: '–', word: 'n/a' }
        : { symbol: SYMBOLS[state.severity], word: state.verdict };
  }
}

export const MARKS: Readonly<Record<Mark, string>> = { odd: '◆', differs: '◇' };

export const LEGEND =
  '◆ differs from most nodes of its role · ◇ nodes of its role differ, with no majority · n/a row does not apply to the node · none no such listener · unseen could not be read';

export const VERDICT_MEANINGS: Readonly<Record<Verdict, string>> = {
  'wrong-owner': 'another program holds the port or path',
  exposed: 'listens on more addresses than the page says',
  missing: 'nothing listens',
  'wrong-address': 'listens on another address than the page says',
  unexpected: 'a listener that neither the page nor a note explains',
  narrowed: 'listens on fewer addresses than the page says',
  unverified: 'could not be verified',
  configured: 'at the port or path that the configuration of the node gives it',
  ok: 'as the page says',
  'not-applicable': 'n/a: the row does not apply to the node',
};

const MAX_NAMES = 5;

export function namesText(names: readonly string[]): string {
  const more = names.length > MAX_NAMES ? ` and ${names.length - MAX_NAMES} more` : '';
  return names.slice(0, MAX_NAMES).join(', ') + more;
}

/** `3 nodes`, `1 node`. */
export function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

/** `✗ 2 drift · ? 0 incomplete · ✓ 4 match`. */
export function resultCounts({ summary: { nodes } }: Fleet): string {
  return (['drift', 'incomplete', 'match'] as const)
    .map((result) => `${RESULT_SYMBOLS[result]} ${nodes[result]} ${result}`)
    .join(' · ');
}

export function nodeCount({ summary: { nodes }, areToldApart }: Fleet): string {
  return counted(nodes.match + nodes.drift + nodes.incomplete, areToldApart ? 'node' : 'snapshot');
}

export const SET_ASIDE = 'Set aside: of several snapshots of a node, the latest is used';

export function setAsideText({ source, hostname, capturedAt, used }: SetAside): string {
  return `${source} (${[hostname, capturedAt].filter((text) => text !== '').join(', ')}): ${used} is used`;
}

export function pageText({ title, source, releases, notes }: MatrixPage): string {
  const from = [source, ...releases].join(', ');
  return `${title} (${from}; ${notes.length === 0 ? 'no notes' : `notes ${notes.join(', ')}`})`;
}
