import { VERDICTS, type Verdict } from '../../verdict/finding.js';
import { BINDINGS } from '../bindings.js';
import { type Line, segment } from '../line.js';
import { coverageText } from '../notice.js';
import { type State, shownData } from '../state.js';
import { fit, wrap } from '../text.js';
import { truncateSegments } from './segments.js';

const KEY_WIDTH = 14;

const MEANING: Readonly<Record<Verdict, string>> = {
  'wrong-owner': 'held by another process',
  exposed: 'wider than the page says',
  missing: 'nothing listens there',
  'wrong-address': 'on another interface',
  unexpected: 'not in the page or notes',
  narrowed: 'stricter than the page',
  unverified: 'owner unknown',
  configured: 'as configured here',
  ok: 'as the page says',
  'not-applicable': 'not on this node',
};

export function helpLines(state: State, width: number): Line[] {
  const { glyphs } = state;
  const { document } = shownData(state);
  const unread = document === null ? null : coverageText(document);
  const bindings = [...BINDINGS, ...state.actions.map(({ key, label }) => ({ label: key, help: label }))];
  const legend = 'marks: + new, ~ changed, - removed;   mouse: select, open, scroll, sort';
  const half = Math.floor((width - 2) / 2);
  const verdicts = VERDICTS.map((verdict) =>
    fit(`${glyphs.verdict[verdict]} ${verdict}: ${MEANING[verdict]}`, half, glyphs),
  );
  const pairs = Array.from({ length: Math.ceil(verdicts.length / 2) }, (_, at) => verdicts.slice(2 * at, 2 * at + 2));
  return [
    ...(unread === null ? [] : wrap(unread, width, glyphs).map((text) => [segment(text, 'warning')])),
    ...bindings.map(({ label, help }) => [
      segment(fit(label, KEY_WIDTH, glyphs), 'bold'),
      ...truncateSegments([segment(help)], width - KEY_WIDTH, glyphs),
    ]),
    truncateSegments([segment(legend, 'dim')], width, glyphs),
    ...pairs.map((pair) => [segment(pair.join('  '))]),
  ];
}
