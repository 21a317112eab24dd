import { chmodSync, linkSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t from 'tap';
import { findNamespaces } from '../../../src/kernel/sockets/namespaces.js';

t.test('processes whose namespace may not be read, and files that are no namespaces', async (t) => {
  const root = mkdtempSync(join(tmpdir(), 'sockwatch-'));
  t.teardown(() => rmSync(root, { recursive: true }));
  chmodSync(root, 0o755);
  for (const pid of ['100', '200', '300']) {
    mkdirSync(join(root, pid, 'ns'), { recursive: true });
    mkdirSync(join(root, pid, 'net'));
  }
  symlinkSync('net:[4026532000]', join(root, '100/ns/net'));
  writeFileSync(join(root, '100/net/dev'), '');
  linkSync(join(root, '100/net/dev'), join(root, '200/net/dev'));
  writeFileSync(join(root, '300/net/dev'), '');
  for (const pid of ['200', '300']) chmodSync(join(root, pid, 'ns'), 0);
  mkdirSync(join(root, 'netns'));
  writeFileSync(join(root, 'netns/left-over'), '');

  // Root may read everything.
  const isRoot = process.geteuid?.() === 0;
  if (isRoot) process.seteuid?.(65_534);
  const found = await findNamespaces(root, [join(root, 'netns')]).finally(() => isRoot && process.seteuid?.(0));
  for (const pid of ['200', '300']) chmodSync(join(root, pid, 'ns'), 0o700);
  t.strictSame(
    found.namespaces.map(({ netns, pids }) => ({ netns, pids })),
    [{ netns: '4026532000', pids: [100] }],
  );
  t.equal(found.unreadable, 1, 'process 200 has the net/dev of process 100, and so its namespace');
});
