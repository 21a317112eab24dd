import type { Mark } from '../fleet/mark.js';
import type { State } from '../fleet/state.js';
import type { Result } from '../snapshot/document/document.js';
import type { Severity } from '../verdict/finding.js';

/** A sign before every word, so that neither colour nor reading is needed to find what is wrong. */
export const SYMBOLS: Readonly<Record<Severity, string>> = {
  error: '✗',
  warning: '▲',
  info: '▽',
  unknown: '?',
  none: '✓',
};

export const RESULT_SYMBOLS: Readonly<Record<Result, string>> = { match: '✓', drift: '✗', incomplete: '?' };

/** A state as a cell has it, sign and word. */
export interface StateWords {
  readonly symbol: string;
  readonly word: string;
}

export function stateWords(state: State): StateWords {
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

/** What follows the word of a cell that stands out. */
export const MARKS: Readonly<Record<Mark, string>> = { odd: '◆', differs: '◇' };

export const LEGEND =
  '◆ differs from most nodes of its role · ◇ nodes of its role differ, with no majority · n/a the row does not apply there · none no such listener · unseen its tables could not be read';

/** So many names in a row are still read. */
const NAMED = 5;

export function namesText(names: readonly string[]): string {
  const more = names.length > NAMED ? ` and ${names.length - NAMED} more` : '';
  return names.slice(0, NAMED).join(', ') + more;
}

/** `3 nodes`, `1 node`. */
export function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
