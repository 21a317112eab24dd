import type { Verdict } from '../verdict/finding.js';

/** The symbols on the screen, each one column wide. */
export interface Glyphs {
  readonly verdict: Readonly<Record<Verdict, string>>;
  readonly dot: string;
  readonly ellipsis: string;
  readonly bar: string;
  readonly rule: string;
  readonly arrow: string;
  readonly up: string;
  readonly down: string;
  readonly times: string;
  readonly cursor: string;
  /** Of a line that stays at the top. */
  readonly pin: string;
  /** Names are escaped to ASCII as well. */
  readonly ascii: boolean;
}

export const UNICODE: Glyphs = {
  verdict: {
    'wrong-owner': '≠',
    exposed: '◎',
    missing: '✗',
    'wrong-address': '≈',
    unexpected: '✚',
    narrowed: '▾',
    unverified: '?',
    configured: '≡',
    ok: '✓',
    'not-applicable': '·',
  },
  dot: '·',
  ellipsis: '…',
  bar: '│',
  rule: '─',
  arrow: '→',
  up: '↑',
  down: '↓',
  times: '×',
  cursor: '▏',
  pin: '◆',
  ascii: false,
};

/** No character has two meanings, and none is that of a mark: + ~ - (render/rows.ts). */
export const ASCII: Glyphs = {
  verdict: {
    'wrong-owner': '#',
    exposed: '!',
    missing: 'X',
    'wrong-address': '@',
    unexpected: '*',
    narrowed: '<',
    unverified: '?',
    configured: 'c',
    ok: '=',
    'not-applicable': '.',
  },
  dot: '|',
  ellipsis: '$',
  bar: '|',
  rule: '-',
  arrow: '>',
  up: '^',
  down: 'v',
  times: 'x',
  cursor: '_',
  pin: '&',
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
