import type { Glyphs } from './glyphs.js';
import type { ActionLabel, State } from './state.js';
import { shown, widthOf, wrap } from './text.js';

/** Less does not hold a row of the page in a way that can be read. */
export const MIN_WIDTH = 80;
export const MIN_HEIGHT = 16;

/** From this width on the details stand beside the list. */
const WIDE = 150;

const HEADER_LINES = 4;
/** Most lines a notice may take from the list. */
const MOST_NOTICE_LINES = 5;

/** Where everything is, in lines and columns of the screen, both from 0. */
export interface Layout {
  readonly tooSmall: boolean;
  /** The tabs are the last line of the header. */
  readonly tabs: number;
  readonly list: { readonly top: number; readonly height: number; readonly width: number };
  /** null where no details are open. */
  readonly detail: {
    readonly top: number;
    readonly left: number;
    readonly width: number;
    readonly height: number;
  } | null;
  /** The selected line at full length, or the notice. */
  readonly glance: { readonly top: number; readonly height: number };
  /** Lines of further actions, between the glance and the footer. */
  readonly actions: readonly (readonly ActionLabel[])[];
  readonly footer: number;
}

export function layoutOf(state: State, glyphs: Glyphs): Layout {
  const { width, height } = state.size;
  const footer = height - 1;
  const actions = actionRows(state.actions, width, glyphs);
  const beside = state.detail !== null && width >= WIDE;
  const noticeLines = state.notice === null ? 0 : wrap(state.notice, width - 2, glyphs).length;
  // Help and details have all of the body; the selected line is no longer in question.
  const hasGlance = state.notice !== null || (state.help === null && state.detail === null);
  const glanceHeight = !hasGlance ? 0 : Math.max(height >= 30 ? 3 : 2, Math.min(noticeLines, MOST_NOTICE_LINES));
  const glanceTop = footer - actions.length - glanceHeight;
  const body = { top: HEADER_LINES, height: glanceTop - HEADER_LINES };
  const listWidth = beside ? Math.floor(width / 2) : width;
  const left = beside ? listWidth + 2 : 0;
  return {
    tooSmall: width < MIN_WIDTH || height < MIN_HEIGHT,
    tabs: HEADER_LINES - 1,
    // Its first line has the titles of the columns.
    list: { top: body.top + 1, height: body.height - 1, width: listWidth },
    detail: state.detail === null ? null : { ...body, left, width: width - left },
    glance: { top: glanceTop, height: glanceHeight },
    actions,
    footer,
  };
}

/** Columns around the key and the label of an action. */
const ACTION_SPACE = 5;

/** As many actions on a line as there is room for. */
function actionRows(actions: readonly ActionLabel[], width: number, glyphs: Glyphs): ActionLabel[][] {
  const rows: ActionLabel[][] = [];
  let room = 0;
  for (const action of actions) {
    const taken = widthOf(shown(`${action.key}${action.label}`, glyphs)) + ACTION_SPACE;
    if (taken > room || rows.length === 0) {
      rows.push([]);
      room = width;
    }
    rows.at(-1)?.push(action);
    room -= taken;
  }
  return rows;
}
