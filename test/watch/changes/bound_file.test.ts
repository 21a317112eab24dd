import { spawn } from 'node:child_process';
import { once } from 'node:events';
import t, { type Test } from 'tap';
import { Deadline } from '../../../src/base/deadline.js';
import { fileAt } from '../../../src/watch/changes/bound_file.js';
import { openDescriptors } from '../../kernel/open_descriptors.js';
import { shortDirectory } from '../../kernel/sockets/live.js';

const isRoot = process.getuid?.() === 0;
const needsRoot = { skip: isRoot ? false : 'other processes’ files take root' };

const BIND = `
import os, socket, sys
os.chdir(sys.argv[1])
s = socket.socket(socket.AF_UNIX)
s.bind("x.sock")
print("bound", flush=True)
sys.stdin.read()
`;

/** A process and its root. Not every file: those of modules that are being loaded are open, too. */
const FILES = /^\/($|proc\/)/;

/** A process that has bound a socket to x.sock in its directory. */
async function binder(t: Test, directory: string, ...unshare: readonly string[]): Promise<number> {
  const child = spawn('unshare', [...unshare, 'python3', '-c', BIND, directory], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  t.teardown(() => child.kill('SIGKILL'));
  await once(child.stdout, 'data');
  return child.pid ?? 0;
}

t.test('a file is looked at as its process sees it', needsRoot, async (t) => {
  const directory = shortDirectory(t);
  const pid = await binder(t, directory, '--mount');
  const before = openDescriptors(FILES);
  for (const path of ['x.sock', `${directory}/x.sock`]) {
    t.match(await fileAt(path, pid, new Deadline(60_000)), { state: 'socket' }, path);
  }
  t.match(await fileAt(`${directory}/absent`, pid, new Deadline(60_000)), { state: 'absent' });
  t.equal(openDescriptors(FILES), before, 'nothing stays open');
});

t.test('nothing is looked at where a process can mount what it likes', needsRoot, async (t) => {
  const directory = shortDirectory(t);
  const pid = await binder(t, directory, '--user', '--map-root-user', '--mount');
  for (const path of ['x.sock', `${directory}/x.sock`, '/']) {
    t.equal(await fileAt(path, pid, new Deadline(60_000)), null, path);
  }
});
