import { isInRange } from '../../base/port_range.js';
import type { Row } from '../../spec/rows.js';
import { applyNotes } from '../../verdict/applied_row.js';
import type { Finding } from '../../verdict/finding.js';
import { movedRow, settingsOfRow } from '../../verdict/row_settings.js';
import type { Holder } from '../../verdict/text/event.js';
import type { EvaluatedCapture } from '../evaluate_node.js';
import type { NotedListener } from './document.js';
import type { Question } from './question.js';

/** What the page says: of rows at this address, as it stands there or as the configuration moves it, and of these holders. Pure. */
export function findingsOn(
  question: Question,
  holders: readonly Pick<Holder, 'socket'>[],
  { spec, node, role, evaluation }: Pick<EvaluatedCapture, 'spec' | 'node' | 'role' | 'evaluation'>,
): readonly Finding[] {
  const sockets = new Set(holders.map(({ socket }) => socket));
  return evaluation.findings.filter((finding, at) => {
    if (finding.sockets.some((id) => sockets.has(id))) return true;
    // Findings of rows come first, in the order of the page.
    const row = spec.rows[at];
    if (row === undefined) return false;
    const { service } = applyNotes(row, spec.notes, role.role);
    const placed = movedRow(row, settingsOfRow(row, service, node.configuration));
    return isAt(row, question) || isAt(placed, question);
  });
}

function isAt(row: Row, { protocol, port, path }: Question): boolean {
  return row.kind === 'unix' ? row.path === path : row.protocol === protocol && row.port === port;
}

/** What the notes say of these holders; of others, and of a free port, every listener that they know on the port. Pure. */
export function notesOn(
  { protocol, port }: Question,
  holders: readonly Pick<Holder, 'socket'>[],
  { spec, evaluation }: Pick<EvaluatedCapture, 'spec' | 'evaluation'>,
): NotedListener[] {
  const explanations = holders.flatMap(({ socket }) => evaluation.explanations.get(socket ?? '') ?? []);
  if (explanations.some(({ by }) => by === 'page')) return [];
  const reasons = new Set(explanations.flatMap(({ by, text }) => (by === 'note' ? [text] : [])));
  return spec.notes.listeners
    .filter(
      (note) => note.protocols.some((one) => one === protocol) && note.ports.some((range) => isInRange(port, range)),
    )
    .filter(({ reason }) => reasons.size === 0 || reasons.has(reason))
    .map(({ owners, devices, reason }) => ({ owners, devices, reason }));
}
