import type { Style } from './line.js';

/** How many colours the terminal has. */
export type ColourDepth = 'none' | '16' | '256';
export type Background = 'dark' | 'light' | 'unknown';

/** SGR parameters (ECMA-48, 8.3.117) of each style. */
export type Theme = Readonly<Record<Style, string>>;

type Palette = Readonly<Record<'good' | 'error' | 'warning' | 'info' | 'unknown' | 'accent' | 'dim', string>>;

/** NO_COLOR does not disable bold and inverse (no-color.org). */
const NO_COLOUR: Palette = { good: '', error: '1', warning: '1', info: '', unknown: '', accent: '', dim: '' };

const COLOURS_16: Readonly<Record<Background, Palette>> = {
  dark: { good: '32', error: '1;31', warning: '33', info: '36', unknown: '35', accent: '36', dim: '37' },
  // Yellow and cyan are too pale on white.
  light: { good: '32', error: '1;31', warning: '35', info: '34', unknown: '35', accent: '34', dim: '' },
  unknown: { good: '32', error: '1;31', warning: '33', info: '36', unknown: '35', accent: '36', dim: '' },
};

const colours256 = (
  good: number,
  error: number,
  warning: number,
  info: number,
  unknown: number,
  dim: number,
): Palette => ({
  good: `38;5;${good}`,
  error: `1;38;5;${error}`,
  warning: `38;5;${warning}`,
  info: `38;5;${info}`,
  unknown: `38;5;${unknown}`,
  accent: `38;5;${info}`,
  dim: `38;5;${dim}`,
});

const COLOURS_256: Readonly<Record<Background, Palette>> = {
  dark: colours256(114, 203, 221, 80, 176, 247),
  light: colours256(28, 124, 94, 25, 90, 240),
  // Of medium brightness: a contrast of at least 3:1 on both black and white.
  unknown: colours256(28, 160, 136, 32, 133, 244),
};

export function themeFor(depth: ColourDepth, background: Background): Theme {
  const palette = { none: NO_COLOUR, '16': COLOURS_16[background], '256': COLOURS_256[background] }[depth];
  return { ...palette, plain: '', bold: '1', inverse: '7' };
}

/** A NO_COLOR that is not empty overrides everything else (no-color.org). */
export function colourDepthOf(env: Readonly<Record<string, string | undefined>>): ColourDepth {
  const { NO_COLOR = '', TERM = '', COLORTERM = '' } = env;
  if (NO_COLOR !== '' || /^(?:dumb|vt[12]\d\d|unknown|)$/.test(TERM)) return 'none';
  return /256|direct/.test(TERM) || /truecolor|24bit/.test(COLORTERM) ? '256' : '16';
}

/**
 * COLORFGBG, set by rxvt, Konsole and others, is `foreground;background` or `foreground;default;background`. Of the 16
 * colours, 7 is light grey and 9 to 15 are the bright ones.
 */
export function backgroundOf(env: Readonly<Record<string, string | undefined>>): Background {
  const colour = /;(\d+)$/.exec(env['COLORFGBG'] ?? '')?.[1];
  if (colour === undefined) return 'unknown';
  return Number(colour) === 7 || Number(colour) > 8 ? 'light' : 'dark';
}
