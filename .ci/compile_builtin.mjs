// Part of the build: stores the built-in pages and notes as JSON, so that a mistake in them fails the build and a plain run loads no parser.

import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { BUILTIN_PAGES, BUILTIN_SOURCE } from '../dist/src/spec/builtin.js';
import { readNotes } from '../dist/src/spec/notes_file.js';
import { readPage } from '../dist/src/spec/page.js';

const pathOf = (name) => fileURLToPath(new URL(`../src/spec/builtin/${name}`, import.meta.url));

const pages = BUILTIN_PAGES.map(async ({ file, releases }) => {
  const { title, sha256, rows } = await readPage(pathOf(file));
  return { releases, title, sha256, rows };
});
const notes = await readNotes(pathOf('notes.yaml'));
const builtin = {
  pages: await Promise.all(pages),
  notes: { ...notes, sources: [BUILTIN_SOURCE], services: [...notes.services] },
};
writeFileSync(new URL('../dist/src/spec/builtin.json', import.meta.url), `${JSON.stringify(builtin)}\n`);
