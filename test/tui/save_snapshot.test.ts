import { readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { basename } from 'node:path';
import t from 'tap';
import { toJson } from '../../src/report/json.js';
import { saveSnapshot } from '../../src/tui/save_snapshot.js';
import { joined } from '../joined.js';
import { nodeWith, SOCKETS } from './screen.js';

t.test('a snapshot is saved once', async (t) => {
  process.chdir(t.testdir());
  const document = { ...nodeWith(SOCKETS), capturedAt: '2026-01-31T12:00:00.123Z' };
  const [, path = ''] = /^saved as (.*)$/.exec(await saveSnapshot(document)) ?? [];
  t.equal(basename(path), 'k8s-sockwatch-node-20260131T120000Z.json');
  t.equal(await readFile(path, 'utf8'), joined(toJson(document)));
  t.equal(await saveSnapshot(document), `already saved as ${path}`);
  await writeFile(path, 'another file');
  const second = path.replace('.json', '-2.json');
  t.equal(await saveSnapshot(document), `saved as ${second}`);
  t.equal(await saveSnapshot(document), `already saved as ${second}`);
  t.equal(await readFile(path, 'utf8'), 'another file');
});

t.test('where nothing can be written, the message names a way out', async (t) => {
  process.chdir(t.testdir());
  await rm(process.cwd(), { recursive: true });
  const said = /; start k8s-sockwatch in a directory that can be written, .*k8s-sockwatch --once --output FILE$/;
  await t.rejects(saveSnapshot(nodeWith(SOCKETS)), { code: 'ERR_OUTPUT', message: said });
});

t.test('a link in the working directory is not followed', async (t) => {
  const directory = t.testdir({ victim: 'kept', work: {} });
  process.chdir(`${directory}/work`);
  const document = { ...nodeWith(SOCKETS), capturedAt: '2026-01-31T12:00:00.123Z' };
  for (const target of ['../victim', '../new']) {
    await symlink(target, 'k8s-sockwatch-node-20260131T120000Z.json');
    await t.rejects(saveSnapshot(document), { code: 'ERR_OUTPUT' });
    await rm('k8s-sockwatch-node-20260131T120000Z.json');
  }
  t.equal(await readFile('../victim', 'utf8'), 'kept');
  t.strictSame(await readdir('.'), []);
  t.strictSame((await readdir('..')).sort(), ['victim', 'work']);
});
