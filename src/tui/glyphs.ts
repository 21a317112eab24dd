import type { Verdict } from '../verdict/finding.js';

/** Signs that the screen is drawn with. Each is one column wide. */
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
  /** Nothing but ASCII may be shown: names as well are escaped. */
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
    ok: '✓',
    'not-applicable': '·',
  },
  dot: '·',
  ellipsis: '…',
  bar: '│',
  rule: '─',
  arrow: '→',
  up: '▴',
  down: '▾',
  times: '×',
  cursor: '▏',
  ascii: false,
};

export const ASCII: Glyphs = {
  verdict: {
    'wrong-owner': '#',
    exposed: '!',
    missing: 'x',
    'wrong-address': '~',
    unexpected: '*',
    narrowed: 'v',
    unverified: '?',
    ok: '+',
    'not-applicable': '.',
  },
  dot: '|',
  ellipsis: '~',
  bar: '|',
  rule: '-',
  arrow: '>',
  up: '^',
  down: 'v',
  times: 'x',
  cursor: '_',
  ascii: true,
};

/**
 * What this terminal can show. The locale says how it reads bytes (LC_ALL before LC_CTYPE before LANG, locale(7)); the fonts
 * of the Linux console have 256 or 512 signs, and few of ours among them.
 */
export function glyphsFor(env: Readonly<Record<string, string | undefined>>): Glyphs {
  const locale = [env['LC_ALL'], env['LC_CTYPE'], env['LANG']].find((value) => value !== undefined && value !== '');
  const isUtf8 = /utf-?8/i.test(locale ?? '');
  return isUtf8 && env['TERM'] !== 'linux' ? UNICODE : ASCII;
}
