import { SockwatchError } from '../base/errors.js';
import { quoted } from '../base/input_error.js';
import { assertArgument, assertBoolean, assertKeys, assertObject, assertPath } from '../base/validate.js';
import { BUILTIN_SOURCE, builtinPageOf, builtinSpec } from './builtin.js';
import { mergeNotes, NO_NOTES, type Notes } from './notes.js';
import type { Spec } from './spec.js';

/** Which page and notes to load. */
export interface SpecOptions {
  /**
   * Path of a page that replaces the built-in one, or `builtin:1.34` for the built-in page of that release. Default, and
   * `builtin`: the built-in page of the release that is installed on the node.
   */
  readonly page?: string | null | undefined;
  /** Paths of notes files, merged into the built-in notes in this order. */
  readonly notes?: readonly string[] | undefined;
  /** Use the page without any notes. */
  readonly strict?: boolean | undefined;
}

/**
 * Loads the page and notes to compare nodes with. The built-in notes apply to a custom page as well. Throws ERR_USAGE for
 * invalid options and for notes with `strict`, ERR_INPUT for a page or notes file that cannot be read or parsed.
 */
export async function loadSpec(options: SpecOptions = {}): Promise<Spec> {
  assertObject('options is an object', options);
  assertKeys(options, { page: true, notes: true, strict: true });
  const { page = null, notes = [], strict = false } = options;
  assertPath('page', page);
  assertArgument(Array.isArray(notes), 'notes is an array of paths', notes);
  for (const path of notes) assertPath('each of notes', path);
  assertBoolean('strict', strict);
  if (strict && notes.length > 0) {
    const hint = 'Omit --strict to apply the notes, or --notes to use the page alone.';
    throw new SockwatchError('ERR_USAGE', 'notes cannot be combined with strict, which disables all notes', {
      hint,
    });
  }
  const builtin = builtinSpec();
  const spec = page === null ? builtin : (builtinAt(page, builtin) ?? (await ownPage(page, builtin)));
  return { ...spec, notes: strict ? NO_NOTES : await notesWith(builtin.notes, notes) };
}

/** The built-in page that is meant by `builtin` or `builtin:1.34`; null for a path. A file of such a name is `./builtin:1.34`. */
function builtinAt(page: string, builtin: Spec): Spec | null {
  if (page === 'builtin' || page === BUILTIN_SOURCE) return builtin;
  const [, release] = /^builtin:(.*)$/s.exec(page) ?? [];
  if (release === undefined) return null;
  const spec = builtinPageOf(builtin, release);
  if (spec !== null) return spec;
  const releases = builtin.builtin.flatMap((one) => one.releases).map((one) => `builtin:${one}`);
  throw new SockwatchError('ERR_USAGE', `there is no built-in page ${quoted(page)}`, {
    hint: `Choose builtin (by the release of the node) or one of ${releases.join(', ')}.`,
  });
}

/** Loads the parsers only when needed: they take longer than everything else in a plain run. */
async function ownPage(path: string, builtin: Spec): Promise<Spec> {
  const { readPage } = await import('./page.js');
  return { ...builtin, ...(await readPage(path)), release: null, isByRelease: false };
}

async function notesWith(base: Notes, paths: readonly string[]): Promise<Notes> {
  if (paths.length === 0) return base;
  const { readNotes } = await import('./notes_file.js');
  let merged = base;
  for (const path of paths) merged = mergeNotes(merged, await readNotes(path));
  return merged;
}
