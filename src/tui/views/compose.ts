import type { Glyphs } from '../glyphs.js';
import { type Line, line, type Segment, segment } from '../line.js';
import { cut, shown, widthOf } from '../text.js';

/** Segments one behind the other, cut to a width, which the last column says. Their texts may be anybody's. */
export function joined(segments: readonly Segment[], width: number, glyphs: Glyphs): Segment[] {
  let room = width;
  const fitting: Segment[] = [];
  for (const [at, { text, style, selected }] of segments.entries()) {
    if (room <= 0) break;
    const whole = shown(text, glyphs);
    // One that fits by itself, with others behind it that do not, must not look like the end.
    const isLast = widthOf(whole) === room && widthOfAll(segments.slice(at + 1), glyphs) > 0;
    const short = cut(isLast ? `${whole} ` : whole, room, glyphs);
    room -= widthOf(short);
    fitting.push(segment(short, style, selected));
  }
  return fitting;
}

export function widthOfAll(segments: readonly Segment[], glyphs: Glyphs): number {
  return segments.reduce((sum, { text }) => sum + widthOf(shown(text, glyphs)), 0);
}

/** What stands left and what stands right on a line; where both do not fit, the right one stays whole. */
export function spread(left: readonly Segment[], right: readonly Segment[], width: number, glyphs: Glyphs): Line {
  const ends = joined(right, width, glyphs);
  const taken = widthOfAll(ends, glyphs);
  const begins = joined(left, Math.max(0, width - taken - (taken > 0 ? 2 : 0)), glyphs);
  const space = Math.max(0, width - taken - widthOfAll(begins, glyphs));
  return taken === 0 ? line(...begins) : line(...begins, segment(' '.repeat(space)), ...ends);
}

/** A line with space behind it, so that it takes a width. */
export function filled(segments: readonly Segment[], width: number, glyphs: Glyphs): Segment[] {
  const fitting = joined(segments, width, glyphs);
  const space = width - widthOfAll(fitting, glyphs);
  return space <= 0 ? fitting : [...fitting, segment(' '.repeat(space), 'plain', fitting.at(-1)?.selected ?? false)];
}
