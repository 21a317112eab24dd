import { VERDICTS, type Verdict } from '../../verdict/finding.js';
import type { Glyphs } from '../glyphs.js';
import { BINDINGS } from '../keys.js';
import { type Line, line, segment } from '../line.js';
import { unreadText } from '../notice.js';
import { type State, shownData } from '../state.js';
import { fit, wrap } from '../text.js';
import { joined } from './compose.js';

const KEY_WIDTH = 14;

const MEANING: Readonly<Record<Verdict, string>> = {
  'wrong-owner': 'somebody else holds it',
  exposed: 'wider than the page says',
  missing: 'nothing listens there',
  'wrong-address': 'on another interface',
  unexpected: 'no row, no note',
  narrowed: 'stricter than the page',
  unverified: 'holder not seen',
  ok: 'as the page has it',
  'not-applicable': 'not on this node',
};

export function helpLines(state: State, width: number, glyphs: Glyphs): Line[] {
  const bindings = [...BINDINGS, ...state.actions.map(({ key, label }) => ({ label: key, help: label }))];
  const keys = bindings.map(({ label, help }) => entry(label, help, width, glyphs));
  const signs = VERDICTS.map((verdict) => `${glyphs.verdict[verdict]} ${verdict}: ${MEANING[verdict]}`);
  const marks = 'marks: + new, ~ changed, - gone;   mouse: selects, opens, scrolls, sorts';
  const half = Math.floor((width - 2) / 2);
  const pairs = Array.from({ length: Math.ceil(signs.length / 2) }, (_, at) => signs.slice(2 * at, 2 * at + 2));
  const { document } = shownData(state);
  const unread = document === null ? null : unreadText(document);
  return [
    ...(unread === null ? [] : wrap(unread, width, glyphs).map((text) => line(segment(text, 'warning')))),
    ...keys,
    line(...joined([segment(marks, 'dim')], width, glyphs)),
    ...pairs.map((pair) => line(segment(pair.map((text) => fit(text, half, glyphs)).join('  ')))),
  ];
}

function entry(label: string, help: string, width: number, glyphs: Glyphs): Line {
  return line(segment(fit(label, KEY_WIDTH, glyphs), 'bold'), ...joined([segment(help)], width - KEY_WIDTH, glyphs));
}
