import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import t from 'tap';
import { builtinSpec } from '../../src/spec/builtin.js';
import { loadSpec } from '../../src/spec/load.js';
import { NO_NOTES } from '../../src/spec/notes.js';
import { fixture, laterFailure } from './helpers.js';

const page = fixture('pages/plain.md');
const notes = fixture('notes/site.yaml');

t.test('defaults to the built-in page and notes', async (t) => {
  t.strictSame(await loadSpec({}), builtinSpec());
  t.strictSame(await loadSpec({ page: undefined, notes: undefined, strict: undefined }), builtinSpec());
});

t.test('strict disables all notes and nothing else', async (t) => {
  t.strictSame(await loadSpec({ strict: true, notes: [] }), { ...builtinSpec(), notes: NO_NOTES });
  t.match(await loadSpec({ page, strict: true }), { source: page, notes: NO_NOTES });
});

t.test('the built-in page of a release', async (t) => {
  for (const page of ['builtin', 'builtin:canonical-k8s']) t.strictSame(await loadSpec({ page }), builtinSpec(), page);
  const spec = await loadSpec({ page: 'builtin:1.34', notes: [notes] });
  t.match(spec, { source: 'builtin:canonical-k8s', release: '1.34', isByRelease: false, rows: { length: 20 } });
  t.strictSame(spec.notes.sources, ['builtin:canonical-k8s', notes]);
  t.match(await loadSpec({ page: 'builtin:1.36', strict: true }), { release: '1.36', notes: NO_NOTES });
  for (const page of ['builtin:1.31', 'builtin:1.34.1', 'builtin:', 'builtin:x']) {
    t.match(await laterFailure(() => loadSpec({ page })), {
      code: 'ERR_USAGE',
      message: `there is no built-in page ${JSON.stringify(page)}`,
      hint: 'Choose builtin (by the release of the node) or one of builtin:1.32, builtin:1.33, builtin:1.34, builtin:1.35, builtin:1.36.',
    });
  }
});

t.test('the built-in notes apply to a custom page', async (t) => {
  const spec = await loadSpec({ page });
  t.match(spec, { source: page, release: null, isByRelease: false, rows: { length: 7 } });
  t.not(spec.sha256, builtinSpec().sha256);
  t.strictSame(spec.notes, builtinSpec().notes);
});

t.test('notes are merged in order', async (t) => {
  const { notes: merged } = await loadSpec({ notes: [notes, notes] });
  const builtin = builtinSpec().notes;
  t.strictSame(merged.sources, ['builtin:canonical-k8s', notes, notes]);
  t.equal(merged.rows.length, builtin.rows.length + 4);
  t.equal(merged.listeners.length, builtin.listeners.length + 4);
  t.strictSame(merged.services.get('cilium-agent'), {
    ...{ names: [], units: [], pods: true },
    devices: ['cilium_vxlan', 'cilium_*'],
  });
});

t.test('invalid options and files', async (t) => {
  const both = await laterFailure(() => loadSpec({ strict: true, notes: [notes] }));
  t.match(both, {
    code: 'ERR_USAGE',
    message: 'notes cannot be combined with strict, which disables all notes',
    hint: /--strict/,
  });
  t.match(await laterFailure(() => loadSpec({ page: '/nowhere' })), { code: 'ERR_INPUT', message: /^\/nowhere: / });
  t.match(await laterFailure(() => loadSpec({ notes: ['/nowhere'] })), { code: 'ERR_INPUT', message: /^\/nowhere: / });
  t.match(await laterFailure(() => loadSpec({ page: notes })), {
    code: 'ERR_INPUT',
    message: /site\.yaml:\d+: expected /,
  });
  t.match(await laterFailure(() => loadSpec({ notes: [page] })), {
    code: 'ERR_INPUT',
    message: /plain\.md:\d+: expected /,
  });
});

t.test('a plain run loads no parser', async (t) => {
  const seen = new Set<string>();
  const follow = (file: string): void => {
    if (seen.has(file)) return;
    seen.add(file);
    if (!file.endsWith('.js')) return;
    for (const [, name = ''] of readFileSync(file, 'utf8').matchAll(/^(?:import|export) .*?from '([^']+)';$/gm)) {
      follow(name.startsWith('.') ? fileURLToPath(new URL(name, `file://${file}`)) : name);
    }
  };
  follow(fileURLToPath(new URL('../../src/spec/load.js', import.meta.url)));
  t.ok(seen.size > 4);
  t.strictSame(
    [...seen].filter((name) => !name.startsWith('/') && !name.startsWith('node:')),
    [],
  );
});
