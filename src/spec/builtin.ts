import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { messageOf, SockwatchError } from '../base/errors.js';
import type { Notes, ServiceNote } from './notes.js';
import type { Spec } from './spec.js';

/** How the built-in page and notes are called where a path would stand. */
export const BUILTIN_SOURCE = 'builtin:canonical-k8s';

/** The built-in spec as it is stored: JSON has no maps. */
export interface StoredSpec extends Omit<Spec, 'notes'> {
  readonly notes: Omit<Notes, 'services'> & { readonly services: readonly (readonly [string, ServiceNote])[] };
}

/** Written by .ci/compile_builtin.mjs, so that a plain run loads no parser. */
export const STORED_SPEC = new URL('builtin.json', import.meta.url);

/** The built-in page with the built-in notes. Throws ERR_INPUT where the build step that stores them was left out. */
export function builtinSpec(): Spec {
  const { notes, ...page } = stored();
  return { ...page, notes: { ...notes, services: new Map(notes.services) } };
}

function stored(): StoredSpec {
  try {
    return JSON.parse(readFileSync(STORED_SPEC, 'utf8'));
  } catch (cause) {
    const hint = 'The package is not complete: run its build, or install it again.';
    throw new SockwatchError(
      'ERR_INPUT',
      `${fileURLToPath(STORED_SPEC)}: the built-in page cannot be read: ${messageOf(cause)}`,
      { hint, cause },
    );
  }
}
