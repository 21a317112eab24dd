import { itemAt, listOf } from './list.js';
import { type ActionLabel, isGone, type State } from './state.js';
import { summaryText } from './summary_text.js';
import { escaped, widthOf, wrap } from './text.js';

/** The smallest screen on which a finding can be read. */
export const MIN_WIDTH = 60;
export const MIN_HEIGHT = 16;

/** From this width on, details are shown beside the list. */
const MIN_SPLIT_WIDTH = 150;

const HEADER_LINES = 4;
/** So many where a text needs them, and the list keeps most lines. */
const MAX_SUMMARY_LINES = 5;
/** The bar before the text. */
const SUMMARY_INDENT = 2;

/** Where the parts of the screen are, in lines and columns from 0. */
export interface Layout {
  readonly tooSmall: boolean;
  /** The tabs are the last line of the header. */
  readonly tabs: number;
  readonly list: { readonly top: number; readonly height: number; readonly width: number };
  /** null if no details are open. */
  readonly details: {
    readonly top: number;
    readonly left: number;
    readonly width: number;
    readonly height: number;
  } | null;
  /** The full text of the selected line, or the notice. */
  readonly summary: { readonly top: number; readonly height: number };
  /** Where the menu of `c` ends, and a message while something is typed, and the lines they may have. */
  readonly overlay: { readonly bottom: number; readonly height: number };
  /** Lines of the actions, between the summary and the footer. */
  readonly actions: readonly (readonly ActionLabel[])[];
}

export function layoutOf(state: State): Layout {
  const { width, height } = state.size;
  const actions = actionLines(state);
  const isSplit = state.details !== null && width >= MIN_SPLIT_WIDTH;
  const hasSummary = state.notice !== null || (state.help === null && state.details === null);
  const usual = height >= 30 ? 3 : 2;
  const most = state.notice === null ? Math.min(MAX_SUMMARY_LINES, Math.floor(height / 5)) : MAX_SUMMARY_LINES;
  const summaryHeight = hasSummary ? Math.max(usual, Math.min(summaryLines(state).length, most)) : 0;
  const summaryTop = height - 1 - actions.length - summaryHeight;
  const body = { top: HEADER_LINES, height: summaryTop - HEADER_LINES };
  const listWidth = isSplit ? Math.floor(width / 2) : width;
  const left = isSplit ? listWidth + 2 : 0;
  return {
    tooSmall: width < MIN_WIDTH || height < MIN_HEIGHT,
    tabs: HEADER_LINES - 1,
    // The first line of the body holds the column titles.
    list: { top: body.top + 1, height: body.height - 1, width: listWidth },
    details: state.details === null ? null : { ...body, left, width: width - left },
    summary: { top: summaryTop, height: summaryHeight },
    overlay: { bottom: summaryTop + summaryHeight, height: summaryTop + summaryHeight - HEADER_LINES },
    actions,
  };
}

/** The full text of the selected line, which its columns may cut; before the first key, the notice. */
export function summaryLines(state: State): string[] {
  const { notice, size, glyphs } = state;
  const item = notice === null ? itemAt(listOf(state), state.lists[state.view].line) : null;
  const gone = item !== null && isGone(state, item) ? 'It is gone. Before: ' : '';
  const text = notice ?? (item === null ? null : `${gone}${summaryText(item)}`);
  return text === null ? [] : wrap(text, size.width - SUMMARY_INDENT, glyphs);
}

/** Columns around the key and the label of an action. */
const ACTION_PADDING = 5;

/** As many actions on a line as fit. */
function actionLines({ actions, size, glyphs }: State): ActionLabel[][] {
  const lines: ActionLabel[][] = [];
  let room = 0;
  for (const action of actions) {
    const width = widthOf(escaped(`${action.key}${action.label}`, glyphs)) + ACTION_PADDING;
    if (width > room || lines.length === 0) {
      lines.push([]);
      room = size.width;
    }
    lines.at(-1)?.push(action);
    room -= width;
  }
  return lines;
}
