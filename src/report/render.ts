import type { Fleet } from '../fleet/fleet.js';
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
