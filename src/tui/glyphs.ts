import type { SnapshotDocument } from '../snapshot/document/document.js';
import type { Verdict } from '../verdict/finding.js';

/** The marks on the screen. None has two meanings, except that MATCH and INCOMPLETE have those of `ok` and `unverified`. */
export interface Glyphs {
  readonly verdict: Readonly<Record<Verdict, string>>;
  readonly result: Readonly<Record<SnapshotDocument['summary']['result'], string>>;
  /** Of lines that have just changed. */
  readonly change: Readonly<Record<'added' | 'changed' | 'removed', string>>;
  /** Of a row whose listeners do not do what the page claims of them. */
  readonly brokenClaim: string;
  /** Of a line that stays at the top. */
  readonly pin: string;
  /** Between counts. */
  readonly separator: string;
  /** Stands for text that was cut. */
  readonly ellipsis: string;
  readonly bar: string;
  readonly rule: string;
  /** From one verdict to the next. */
  readonly arrow: string;
  readonly sorted: string;
  readonly sortedReversed: string;
  /** Before the number of lines below the bottom. */
  readonly below: string;
  readonly times: string;
  /** Names are escaped to ASCII as well. */
  readonly ascii: boolean;
}

const CHANGE: Glyphs['change'] = { added: '+', changed: '~', removed: '-' };

export const UNICODE: Glyphs = {
  verdict: {
    'wrong-owner': '≠',
    exposed: '◎',
    missing: '∅',
    'wrong-address': '≈',
    unexpected: '✚',
    narrowed: '⊂',
    unverified: '?',
    configured: '≡',
    ok: '✓',
    'not-applicable': '○',
  },
  result: { match: '✓', drift: '✗', incomplete: '?' },
  change: CHANGE,
  brokenClaim: '!',
  pin: '◆',
  separator: ' · ',
  ellipsis: '…',
  bar: '│',
  rule: '─',
  arrow: '→',
  sorted: '▾',
  sortedReversed: '▴',
  below: '↓',
  times: '×',
  ascii: false,
};

export const ASCII: Glyphs = {
  verdict: {
    'wrong-owner': '#',
    exposed: '>',
    missing: 'o',
    'wrong-address': '@',
    unexpected: '%',
    narrowed: '<',
    unverified: '?',
    configured: 'c',
    ok: '=',
    'not-applicable': '.',
  },
  result: { match: '=', drift: 'X', incomplete: '?' },
  change: CHANGE,
  brokenClaim: '!',
  pin: '&',
  separator: ', ',
  ellipsis: '..',
  bar: '|',
  rule: '_',
  arrow: '->',
  sorted: 'v',
  sortedReversed: '^',
  below: 'more: ',
  times: 'x',
  ascii: true,
};

/**
 * The locale decides on the character set: LC_ALL, then LC_CTYPE, then LANG (locale(7)). The Linux console gets ASCII, since
 * its fonts have only 256 or 512 glyphs.
 */
export function glyphsFor(env: Readonly<Record<string, string | undefined>>): Glyphs {
  const locale = [env['LC_ALL'], env['LC_CTYPE'], env['LANG']].find((value) => value !== undefined && value !== '');
  const isUtf8 = /utf-?8/i.test(locale ?? '');
  return isUtf8 && env['TERM'] !== 'linux' ? UNICODE : ASCII;
}
