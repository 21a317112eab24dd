/** What a piece of text means; the theme decides on its colour. */
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
  /** The current view's tab, marks, and the banner of a recording. */
  | 'inverse';

export interface Segment {
  readonly text: string;
  readonly style: Style;
  /** Part of the selected line. */
  readonly selected: boolean;
}

/** One line of the screen, no wider than the screen. */
export type Line = readonly Segment[];

export function segment(text: string, style: Style = 'plain', selected = false): Segment {
  return { text, style, selected };
}
