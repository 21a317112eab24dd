import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { SockwatchError } from '../../src/base/errors.js';
import { parsePage } from '../../src/spec/page.js';
import type { Page, Row } from '../../src/spec/rows.js';

/** Path of a fixture, from where the compiled test is. */
export function fixture(name: string): string {
  return fileURLToPath(new URL(`../../../test/fixtures/${name}`, import.meta.url));
}

export function fixtureText(name: string): string {
  return readFileSync(fixture(name), 'utf8');
}

export function parseText(text: string): Page {
  return parsePage('p.md', Buffer.from(text));
}

/** The error that leaves `run`; anything but a SockwatchError is a defect and is thrown on. */
export function failure(run: () => unknown): SockwatchError {
  try {
    run();
  } catch (error) {
    if (error instanceof SockwatchError) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}

export async function laterFailure(run: () => Promise<unknown>): Promise<SockwatchError> {
  try {
    await run();
  } catch (error) {
    if (error instanceof SockwatchError) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}

/** A row as one line, without its description. */
export function rowText(row: Row): string {
  const what = row.kind === 'unix' ? row.path : `${row.hostText}:${row.port}/${row.protocol}`;
  return [row.role ?? 'all', row.service, what, ...(row.condition === null ? [] : [`(${row.condition})`])].join(' ');
}

/** A page with one network table for all nodes, whose header is line 5 and whose first row is line 7. */
export function pageWith(rows: readonly string[], header = ['Interface & Port', 'Protocol', 'Service', 'Description']) {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return ['# Title', '', '## Services on all nodes', '', line(header), line(header.map(() => '---')), ...rows, ''].join(
    '\n',
  );
}
