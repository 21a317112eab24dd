import { copyFileSync, realpathSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { BUILTIN_SOURCE, STORED_SPEC, type StoredSpec } from './builtin.js';
import { readNotes } from './notes_file.js';
import { readPage } from './page.js';

/**
 * A build step, run after tsc: parses the built-in page and notes, so that a fault in them fails the build and a plain
 * run need not load a parser, and puts what is not TypeScript beside the compiled code.
 */

/** From dist/src/spec/ to the sources. */
const SOURCES = new URL('../../../src/spec/', import.meta.url);

/** The built-in page and notes as JSON. Throws ERR_INPUT, with the line, for a fault in them. */
export async function compileBuiltin(): Promise<string> {
  const page = await readPage(pathOf('builtin/services-and-ports.md'));
  const notes = await readNotes(pathOf('builtin/notes.yaml'));
  const spec: StoredSpec = {
    ...page,
    source: BUILTIN_SOURCE,
    notes: { ...notes, sources: [BUILTIN_SOURCE], services: [...notes.services] },
  };
  return `${JSON.stringify(spec, null, 2)}\n`;
}

function pathOf(name: string): string {
  return fileURLToPath(new URL(name, SOURCES));
}

const [, script] = process.argv;
if (script !== undefined && realpathSync(script) === fileURLToPath(import.meta.url)) {
  copyFileSync(new URL('notes.schema.json', SOURCES), new URL('notes.schema.json', import.meta.url));
  writeFileSync(STORED_SPEC, await compileBuiltin());
}
