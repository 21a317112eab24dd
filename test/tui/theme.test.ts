import t from 'tap';
import type { Style } from '../../src/tui/line.js';
import { backgroundOf, colourDepthOf, themeFor } from '../../src/tui/theme.js';

t.test('the number of colours follows TERM, COLORTERM and NO_COLOR', (t) => {
  const cases: [env: Record<string, string>, depth: string][] = [
    [{ TERM: 'xterm-256color' }, '256'],
    [{ TERM: 'xterm', COLORTERM: 'truecolor' }, '256'],
    [{ TERM: 'tmux-256color' }, '256'],
    [{ TERM: 'xterm' }, '16'],
    [{ TERM: 'screen' }, '16'],
    [{ TERM: 'linux' }, '16'],
    [{ TERM: 'vt100' }, 'none'],
    [{ TERM: 'dumb' }, 'none'],
    [{}, 'none'],
    [{ TERM: 'xterm-256color', NO_COLOR: '1' }, 'none'],
    [{ TERM: 'xterm-256color', NO_COLOR: '' }, '256'],
  ];
  for (const [env, depth] of cases) t.equal(colourDepthOf(env), depth, JSON.stringify(env));
  t.end();
});

t.test('the background follows COLORFGBG', (t) => {
  t.equal(backgroundOf({ COLORFGBG: '15;0' }), 'dark');
  t.equal(backgroundOf({ COLORFGBG: '0;15' }), 'light');
  t.equal(backgroundOf({ COLORFGBG: '0;default;15' }), 'light');
  t.equal(backgroundOf({ COLORFGBG: '12;8' }), 'dark');
  t.equal(backgroundOf({ COLORFGBG: 'default;default' }), 'unknown');
  t.equal(backgroundOf({}), 'unknown');
  t.end();
});

const STYLES: readonly Style[] = [
  'plain',
  'dim',
  'bold',
  'good',
  'error',
  'warning',
  'info',
  'unknown',
  'accent',
  'inverse',
];

t.test('without colours, styles are bold or inverse at most', (t) => {
  const theme = themeFor('none', 'unknown');
  for (const style of STYLES) t.match(theme[style], /^[17]?$/, style);
  for (const background of ['dark', 'light', 'unknown'] as const) {
    const colours = (['good', 'error', 'warning'] as const).map((style) => themeFor('16', background)[style]);
    t.equal(new Set(colours).size, 3, 'good, error and warning differ');
    for (const parameters of Object.values(themeFor('256', background))) t.match(parameters, /^[\d;]*$/);
  }
  t.end();
});

/** Relative luminance (WCAG 2.1) of one of the 256 colours, which are a cube of six levels and greys. */
function luminance(index: number): number {
  const level = (step: number): number => (step === 0 ? 0 : 55 + 40 * step);
  const cube = index - 16;
  const rgb =
    index >= 232
      ? Array<number>(3).fill(8 + 10 * (index - 232))
      : [level(Math.floor(cube / 36)), level(Math.floor(cube / 6) % 6), level(cube % 6)];
  const [r = 0, g = 0, b = 0] = rgb.map((value) => {
    const part = value / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

t.test('every colour has a contrast of at least 3:1 on its backgrounds', (t) => {
  const grounds = { dark: [0], light: [1], unknown: [0, 1] } as const;
  for (const background of ['dark', 'light', 'unknown'] as const) {
    for (const [style, parameters] of Object.entries(themeFor('256', background))) {
      const index = /38;5;(\d+)/.exec(parameters)?.[1];
      if (index === undefined) continue;
      const foreground = luminance(Number(index));
      for (const ground of grounds[background]) {
        const contrast = (Math.max(foreground, ground) + 0.05) / (Math.min(foreground, ground) + 0.05);
        t.ok(contrast >= 3, `${style} on ${background}: ${contrast.toFixed(1)}`);
      }
    }
  }
  t.end();
});
