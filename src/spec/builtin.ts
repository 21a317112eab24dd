import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { BUNDLER_HINT, messageOf, SockwatchError } from '../base/errors.js';
import type { Notes, ServiceNote } from './notes.js';
import type { Spec } from './spec.js';

/** Stands for the built-in page and notes in place of a path. */
export const BUILTIN_SOURCE = 'builtin:canonical-k8s';

/** The built-in spec as JSON, which has no maps. */
export interface StoredSpec extends Omit<Spec, 'notes'> {
  readonly notes: Omit<Notes, 'services'> & { readonly services: readonly (readonly [string, ServiceNote])[] };
}

/** Written by .ci/compile_builtin.mjs, so that a plain run loads no parser. */
export const BUILTIN_FILE = new URL('builtin.json', import.meta.url);

/** The built-in page and notes. Throws ERR_INPUT if the file that the build makes of them is missing. */
export function builtinSpec(): Spec {
  const { notes, ...page } = stored();
  return { ...page, notes: { ...notes, services: new Map(notes.services) } };
}

function stored(): StoredSpec {
  try {
    return JSON.parse(readFileSync(BUILTIN_FILE, 'utf8'));
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    const isIncomplete = code === undefined || code === 'ENOENT';
    throw new SockwatchError(
      'ERR_INPUT',
      `${fileURLToPath(BUILTIN_FILE)}: the built-in page cannot be read: ${messageOf(cause)}`,
      isIncomplete
        ? { hint: `The package is incomplete: build or install it again. ${BUNDLER_HINT}`, cause }
        : { cause },
    );
  }
}
