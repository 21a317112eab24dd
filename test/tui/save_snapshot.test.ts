import { readFile, writeFile } from 'node:fs/promises';
import { basename } from 'node:path';
import t from 'tap';
import { toJson } from '../../src/report/json.js';
import { saveSnapshot } from '../../src/tui/save_snapshot.js';
import { nodeWith, SOCKETS } from './screen.js';

t.test('a snapshot is saved once', async (t) => {
  process.chdir(t.testdir());
  const document = { ...nodeWith(SOCKETS), capturedAt: '2026-01-31T12:00:00.123Z' };
  const [, path = ''] = /^saved as (.*)$/.exec(await saveSnapshot(document)) ?? [];
  t.equal(basename(path), 'k8s-sockwatch-node-20260131T120000Z.json');
  t.equal(await readFile(path, 'utf8'), toJson(document));
  t.equal(await saveSnapshot(document), `already saved as ${path}`);
  await writeFile(path, 'another file');
  await t.rejects(saveSnapshot(document), { code: 'ERR_OUTPUT' });
  t.equal(await readFile(path, 'utf8'), 'another file');
});
