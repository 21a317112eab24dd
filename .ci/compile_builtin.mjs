// Part of the build: stores the built-in page and notes as JSON, so that a mistake in them fails the build and a plain run loads no parser.

import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { BUILTIN_SOURCE, BUILTIN_FILE } from '../dist/src/spec/builtin.js';
import { readNotes } from '../dist/src/spec/notes_file.js';
import { readPage } from '../dist/src/spec/page.js';

const pathOf = (name) => fileURLToPath(new URL(`../src/spec/builtin/${name}`, import.meta.url));

const page = await readPage(pathOf('services-and-ports.md'));
const notes = await readNotes(pathOf('notes.yaml'));
const spec = {
  ...page,
  source: BUILTIN_SOURCE,
  notes: { ...notes, sources: [BUILTIN_SOURCE], services: [...notes.services] },
};
writeFileSync(BUILTIN_FILE, `${JSON.stringify(spec, null, 2)}\n`);
