/** What a piece of text means; the theme makes colours of it, or none. */
export type Style =
  | 'plain'
  | 'dim'
  | 'bold'
  | 'good'
  | 'error'
  | 'warning'
  | 'info'
  | 'unknown'
  | 'accent'
  /** Set apart from everything else: the bar of the current view, a recording. */
  | 'inverse';

export interface Segment {
  readonly text: string;
  readonly style: Style;
  /** Under the cursor. */
  readonly selected: boolean;
}

/** One line of the screen, at most as wide as it is. */
export type Line = readonly Segment[];

export function segment(text: string, style: Style = 'plain', selected = false): Segment {
  return { text, style, selected };
}

export function line(...segments: readonly Segment[]): Line {
  return segments;
}

export const EMPTY: Line = [];
