import { VERDICTS, type Verdict } from '../../verdict/finding.js';
import { BINDING_GROUPS, type BindingGroup } from '../bindings.js';
import { FIELD_NAMES } from '../filter.js';
import type { Glyphs } from '../glyphs.js';
import { type Line, segment } from '../line.js';
import { coverageText } from '../notice.js';
import { type State, shownData } from '../state.js';
import { fit, wrap } from '../text.js';

const KEY_WIDTH = 14;
const GAP = 2;

const MEANING: Readonly<Record<Verdict, string>> = {
  'wrong-owner': 'held by another process',
  exposed: 'wider than the page says',
  missing: 'nothing listens there',
  'wrong-address': 'on another interface',
  unexpected: 'not in the page or notes',
  narrowed: 'stricter than the page',
  unverified: 'could not be decided',
  configured: 'as set on this node',
  ok: 'as the page says',
  'not-applicable': 'not on this node',
};

/** The narrowest screen on which two columns are not cut. */
const MIN_TWO_COLUMNS = 80;

/** Keys and verdicts, in two columns where there is room for them. */
export function helpLines(state: State, width: number): Line[] {
  const { glyphs, actions, source } = state;
  const { document } = shownData(state);
  const unread = document === null ? null : coverageText(document);
  const isNarrow = width < MIN_TWO_COLUMNS;
  const half = isNarrow ? width : Math.floor((width - GAP) / 2);
  const both = (left: readonly Line[], right: readonly Line[]): Line[] =>
    isNarrow ? [...left, ...right] : beside(left, right);
  const keysIn = (column: BindingGroup['column']): Line[] =>
    BINDING_GROUPS.filter((group) => group.column === column).flatMap(({ title, bindings }) => [
      [segment(fit(title, half, glyphs), 'accent')],
      ...bindings
        .filter(({ isLive }) => isLive === undefined || source.kind === 'live')
        .map(({ label, help }) => keyLine(label, help, half, glyphs)),
    ]);
  const verdicts = VERDICTS.map((verdict) => [
    segment(fit(`${glyphs.verdict[verdict]} ${verdict}: ${MEANING[verdict]}`, half, glyphs)),
  ]);
  const rows = Math.ceil(verdicts.length / 2);
  const { added, changed, removed } = glyphs.change;
  const marks = [
    ...[`${added} new`, `${changed} changed`, `${removed} removed`],
    ...[`${glyphs.brokenClaim} broken claim`, `${glyphs.pin} pinned`],
  ];
  const [fields, mouse] = [`fields: ${FIELD_NAMES}`, 'mouse: click, wheel'];
  const legend = [...(isNarrow ? [fields, mouse] : [`${fields}   ${mouse}`]), `marks: ${marks.join(', ')}`];
  return [
    ...(unread === null ? [] : wrap(unread, width, glyphs).map((text) => [segment(text, 'warning')])),
    ...both(keysIn('left'), keysIn('right')),
    ...actions.map(({ key, label }) => keyLine(key, label, width, glyphs)),
    ...legend.map((text) => [segment(fit(text, width, glyphs), 'dim')]),
    ...both(verdicts.slice(0, rows), verdicts.slice(rows)),
  ];
}

function keyLine(label: string, help: string, width: number, glyphs: Glyphs): Line {
  return [segment(fit(label, KEY_WIDTH, glyphs), 'bold'), segment(fit(help, width - KEY_WIDTH, glyphs))];
}

/** Two columns; the left one is as long as the other, and its lines have the same width. */
function beside(left: readonly Line[], right: readonly Line[]): Line[] {
  return Array.from({ length: Math.max(left.length, right.length) }, (_, at) => [
    ...(left[at] ?? []),
    segment(' '.repeat(GAP)),
    ...(right[at] ?? []),
  ]);
}
