import { type Line, segment } from '../line.js';
import type { State } from '../state.js';
import { truncate, wrap } from '../text.js';

/** A line over the end of the screen, and the key that a click on it stands for; null: none. */
interface OverlayLine {
  readonly line: Line;
  readonly key: string | null;
}

/** The menu of `c` or a message, over the end of what is above the footer. */
export function overlayOf(state: State, maxHeight: number): readonly OverlayLine[] {
  const { message, copying, size, glyphs } = state;
  if (copying !== null) return menuOf(state, maxHeight);
  if (message === null) return [];
  const text = wrap(message.text, size.width, glyphs).slice(0, maxHeight);
  return text.map((one) => ({ line: [segment(one, message.isError ? 'error' : 'good')], key: null }));
}

/** Columns for the digit. */
const DIGIT_WIDTH = 3;

/** The entries with their digits. Long ones are cut only where there is no room for the whole. */
function menuOf({ copying, size, glyphs }: State, maxHeight: number): readonly OverlayLine[] {
  const width = size.width - DIGIT_WIDTH;
  const { entries, at: chosen } = copying ?? { entries: [], at: 0 };
  const whole = entries.map(({ label }) => wrap(label, width, glyphs));
  const fits = whole.flat().length < maxHeight;
  const texts = fits ? whole : whole.map((lines) => [truncate(lines.join(' '), width, glyphs)]);
  const rule = glyphs.rule.repeat(Math.max(0, size.width - 'copy '.length));
  return [
    { line: [segment('copy ', 'bold'), segment(rule, 'accent')], key: null },
    ...texts.flatMap((lines, at) =>
      lines.map((text, nth) => ({
        line: [
          segment((nth === 0 ? `${at + 1}` : '').padEnd(DIGIT_WIDTH), 'bold'),
          segment(text, 'plain', at === chosen),
        ],
        key: `${at + 1}`,
      })),
    ),
  ];
}
