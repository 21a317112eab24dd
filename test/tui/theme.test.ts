import t from 'tap';
import { encodeLine } from '../../src/tui/encode.js';
import { line, type Style, segment } from '../../src/tui/line.js';
import { backgroundOf, depthOf, themeFor } from '../../src/tui/theme.js';

t.test('how many colours there are', (t) => {
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
  for (const [env, depth] of cases) t.equal(depthOf(env), depth, JSON.stringify(env));
  t.end();
});

t.test('the background, where the terminal says it', (t) => {
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

t.test('without colours only bold and inverse are left', (t) => {
  const theme = themeFor('none', 'unknown');
  for (const style of STYLES) t.match(theme[style], /^[17]?$/, style);
  for (const background of ['dark', 'light', 'unknown'] as const) {
    const colours = (['good', 'error', 'warning'] as const).map((style) => themeFor('16', background)[style]);
    t.equal(new Set(colours).size, 3, 'what is good, bad and doubtful differs');
    for (const parameters of Object.values(themeFor('256', background))) t.match(parameters, /^[\d;]*$/);
  }
  t.end();
});

/** Relative luminance of a colour of the 256 (a cube of six levels and greys), WCAG 2.1. */
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

t.test('every colour stands out from the backgrounds it may be on', (t) => {
  const grounds = { dark: [0], light: [1], unknown: [0, 1] } as const;
  for (const background of ['dark', 'light', 'unknown'] as const) {
    for (const [style, parameters] of Object.entries(themeFor('256', background))) {
      const index = /38;5;(\d+)/.exec(parameters)?.[1];
      if (index === undefined) continue;
      const own = luminance(Number(index));
      for (const ground of grounds[background]) {
        const contrast = (Math.max(own, ground) + 0.05) / (Math.min(own, ground) + 0.05);
        t.ok(contrast >= 3, `${style} on ${background}: ${contrast.toFixed(1)}`);
      }
    }
  }
  t.end();
});

t.test('a line as a terminal takes it', (t) => {
  const theme = themeFor('16', 'dark');
  t.equal(encodeLine(line(segment('ab')), 10, theme), 'ab\x1b[K');
  t.equal(encodeLine(line(segment('ab', 'good')), 2, theme), '\x1b[32mab\x1b[0m', 'a full line erases nothing');
  t.equal(encodeLine(line(segment('ab', 'good', true)), 2, theme), '\x1b[32;7mab\x1b[0m');
  t.equal(encodeLine(line(), 10, theme), '\x1b[K');
  t.equal(
    encodeLine(line(segment('日本'), segment('x')), 10, theme),
    '日本\x1b[5Gx\x1b[K',
    'behind what terminals may think wider the column is set',
  );
  t.equal(encodeLine(line(segment('\x1b[2J\x9b')), 40, theme), '\\x1b[2J\\x9b\x1b[K', 'nothing gets through');
  t.end();
});
