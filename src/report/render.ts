import { formatProblem } from '../base/format_error.js';
import type { Evidence } from '../evidence/snapshot_in.js';
import { type Fleet, FleetBuilder } from '../fleet/fleet.js';
import type { FleetOptions } from '../fleet/reduce.js';
import type { SnapshotDiff } from '../snapshot/diff/diff.js';
import type { SnapshotDocument } from '../snapshot/document/document.js';

/** `json` as --once prints it, `table` for people, `line` for a status bar: at most 80 characters and a newline. */
export type SnapshotFormat = 'json' | 'table' | 'line';
/** `html` is one page that contains everything it needs. */
export type MatrixFormat = 'html' | 'json' | 'table';
/** `text` for people, `json` as diff.schema.json describes it. */
export type DiffFormat = 'text' | 'json';

/** Columns of a table that is not written to a terminal. */
export const DEFAULT_WIDTH = 120;

// Each format is loaded when it is asked for, and given in pieces: as one text, a large node can exceed what a string can hold.

export async function snapshotPieces(document: SnapshotDocument, format: SnapshotFormat): Promise<Iterable<string>> {
  switch (format) {
    case 'json':
      return (await import('./json.js')).toJson(document);
    case 'table':
      return (await import('./table.js')).toTable(document);
    case 'line':
      return [(await import('./line.js')).toLine(document)];
  }
}

/** @param width Of a table, in columns */
export async function matrixPieces(fleet: Fleet, format: MatrixFormat, width: number): Promise<Iterable<string>> {
  switch (format) {
    case 'html':
      return [(await import('./matrix_html.js')).toMatrixHtml(fleet)];
    case 'json':
      return (await import('./matrix_json.js')).toMatrixJson(fleet);
    case 'table':
      return (await import('./matrix_table.js')).toMatrixTable(fleet, width);
  }
}

export async function diffPieces(diff: SnapshotDiff, format: DiffFormat): Promise<Iterable<string>> {
  switch (format) {
    case 'json':
      return (await import('./json.js')).toJson(diff);
    case 'text':
      return (await import('./diff_text.js')).diffToText(diff);
  }
}

/** Puts nodes together. An input that could not be read makes the result incomplete. */
export async function fleetOf(
  evidence: Iterable<Evidence> | AsyncIterable<Evidence>,
  options: FleetOptions,
): Promise<Fleet> {
  const builder = new FleetBuilder();
  for await (const one of evidence) {
    if ('document' in one) builder.add(one.source, one.document, options);
    else builder.addUnreadable(one.source, formatProblem(one.error, one.source));
  }
  return builder.build(options.spec, options.failOn);
}
