import { SockwatchError } from '../base/errors.js';
import { assertArgument, assertBoolean, assertObject, assertPath } from '../base/validate.js';
import { builtinSpec } from './builtin.js';
import { mergeNotes, NO_NOTES, type Notes } from './notes.js';
import type { Spec } from './spec.js';

/** Which page and notes. */
export interface SpecOptions {
  /** Path of a page to use instead of the built-in one. */
  readonly page?: string | null | undefined;
  /** Paths of notes files, added to the built-in notes in this order. */
  readonly notes?: readonly string[] | undefined;
  /** The page alone, without any notes. */
  readonly strict?: boolean | undefined;
}

/**
 * What a node is to be compared with. The built-in notes apply to a page of one's own as well. Throws ERR_USAGE for notes
 * together with `strict` and options that are not valid, ERR_INPUT for a page or notes file that cannot be read or is not understood.
 */
export async function loadSpec(options: SpecOptions = {}): Promise<Spec> {
  assertObject('options are an object', options);
  const { page = null, notes = [], strict = false } = options;
  assertPath('page', page);
  assertArgument(Array.isArray(notes), 'notes is an array of paths', notes);
  for (const path of notes) assertPath('each of notes', path);
  assertBoolean('strict', strict);
  if (strict && notes.length > 0) {
    const hint = 'Leave out --strict to have notes applied, or --notes to have the page alone.';
    throw new SockwatchError('ERR_USAGE', 'notes cannot be given together with strict, which leaves all notes out', {
      hint,
    });
  }
  const builtin = builtinSpec();
  return { ...builtin, ...(await pageAt(page)), notes: strict ? NO_NOTES : await notesWith(builtin.notes, notes) };
}

/** The parsers are loaded only where there is something to parse: they take longer than a whole plain run. */
async function pageAt(path: string | null): Promise<Partial<Spec>> {
  if (path === null) return {};
  const { readPage } = await import('./page.js');
  return readPage(path);
}

async function notesWith(base: Notes, paths: readonly string[]): Promise<Notes> {
  if (paths.length === 0) return base;
  const { readNotes } = await import('./notes_file.js');
  let merged = base;
  for (const path of paths) merged = mergeNotes(merged, await readNotes(path));
  return merged;
}
