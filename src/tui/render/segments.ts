import type { Glyphs } from '../glyphs.js';
import { type Line, type Segment, segment } from '../line.js';
import { escaped, truncate, widthOf } from '../text.js';

/** Escapes segments and cuts them to a width, ending in an ellipsis if anything is missing. */
export function truncateSegments(segments: readonly Segment[], width: number, glyphs: Glyphs): Segment[] {
  let room = width;
  const fitting: Segment[] = [];
  for (const [at, { text, style, selected }] of segments.entries()) {
    if (room <= 0) break;
    const whole = escaped(text, glyphs);
    // A segment that just fits still needs the ellipsis if others follow.
    const hidesRest = widthOf(whole) === room && segmentsWidth(segments.slice(at + 1), glyphs) > 0;
    const short = truncate(hidesRest ? `${whole} ` : whole, room, glyphs);
    room -= widthOf(short);
    fitting.push(segment(short, style, selected));
  }
  return fitting;
}

export function segmentsWidth(segments: readonly Segment[], glyphs: Glyphs): number {
  return segments.reduce((sum, { text }) => sum + widthOf(escaped(text, glyphs)), 0);
}

/** As many segments as fit, the first one cut if it has to be: half of a number or name would be misread. */
export function wholeSegments(segments: readonly Segment[], width: number, glyphs: Glyphs): Segment[] {
  let room = width;
  const end = segments.findIndex(({ text }) => {
    room -= widthOf(escaped(text, glyphs));
    return room < 0;
  });
  return truncateSegments(segments.slice(0, end < 0 ? undefined : Math.max(1, end)), width, glyphs);
}

/** Aligns segments to both ends of a line. Of the left ones, those that do not fit are left out. */
export function justify(left: readonly Segment[], right: readonly Segment[], width: number, glyphs: Glyphs): Line {
  const end = truncateSegments(right, width, glyphs);
  const endWidth = segmentsWidth(end, glyphs);
  if (endWidth === 0) return truncateSegments(left, width, glyphs);
  const start = wholeSegments(left, Math.max(0, width - endWidth - 2), glyphs);
  const space = Math.max(0, width - endWidth - segmentsWidth(start, glyphs));
  return [...start, segment(' '.repeat(space)), ...end];
}

/** Cuts or pads segments to exactly `width` columns. */
export function fitSegments(segments: readonly Segment[], width: number, glyphs: Glyphs): Segment[] {
  const fitting = truncateSegments(segments, width, glyphs);
  const space = Math.max(0, width - segmentsWidth(fitting, glyphs));
  return [...fitting, segment(' '.repeat(space), 'plain', fitting.at(-1)?.selected ?? false)];
}
