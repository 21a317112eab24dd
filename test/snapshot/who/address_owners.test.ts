import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t from 'tap';
import { Deadline } from '../../../src/base/deadline.js';
import type { Listener } from '../../../src/kernel/sockets/listener.js';
import { type AddressOwners, findAddressOwners } from '../../../src/snapshot/who/address_owners.js';
import { isListedAs } from '../../../src/snapshot/who/address_sockets.js';
import { overlaps } from '../../../src/snapshot/who/overlap.js';
import { fileAt } from '../../../src/watch/changes/bound_file.js';
import { listenTcp } from '../../kernel/sockets/live.js';
import { listener, unixListener } from '../../verdict/factory.js';
import { evaluated } from '../../watch/evaluated.js';

/* Against the kernel of this machine. */

const TARGET = { netns: null, owners: 'proc', allowModuleLoad: true } as const;

function ownersOf(...wanted: Listener[]): Promise<readonly AddressOwners[]> {
  const asked = wanted.map((listener) => ({ listener, pid: process.pid }));
  return findAddressOwners(asked, TARGET, evaluated(), new Deadline(10_000), { fileAt, limit: 16 });
}

const self = [{ kind: 'process', pid: process.pid }];

t.test('several addresses at once, each with its own holders', async (t) => {
  const { handle, port } = await listenTcp({ host: '127.0.0.1' });
  t.teardown(() => handle.close());
  const wanted = [listener('127.0.0.1', port), listener('0.0.0.0', port), listener('127.0.0.2', port)];
  const [same, wildcard, other] = await ownersOf(...wanted.map((one) => ({ ...one, inode: 0 })));
  t.match(same, { holders: [{ kind: 'listener', place: `127.0.0.1:${port}`, owners: self }], unknown: null });
  t.match(wildcard?.holders, [{ place: `127.0.0.1:${port}` }]);
  t.strictSame(other?.holders, [], 'another address is not in the way');
});

t.test('a socket whose listen failed is not in its own way', async (t) => {
  const { handle, port, inode } = await listenTcp({ host: '127.0.0.1' });
  t.teardown(() => handle.close());
  t.strictSame((await ownersOf({ ...listener('127.0.0.1', port), inode }))[0]?.holders, []);
});

t.test('of many sockets in the way of a wildcard, some are listed', async (t) => {
  const { handle, port } = await listenTcp({ host: '127.0.0.1' });
  t.teardown(() => handle.close());
  for (let at = 2; at < 42; at++) {
    const server = createServer().listen(port, `127.0.0.${at}`);
    t.teardown(() => server.close());
    await once(server, 'listening');
  }
  t.equal((await ownersOf(listener('0.0.0.0', port, { inode: 0 })))[0]?.holders.length, 16);
});

t.test('who has a path is asked of the kernel', async (t) => {
  // A path of more than 107 bytes is no address.
  const directory = mkdtempSync(join(tmpdir(), 'sockwatch-'));
  t.teardown(() => rmSync(directory, { recursive: true }));
  writeFileSync(join(directory, 'file'), 'not a socket');
  const path = join(directory, 'x.sock');
  const server = createServer().listen(path);
  await once(server, 'listening');
  const holders = async (wanted: string) => (await ownersOf(unixListener(wanted)))[0]?.holders;
  t.match(await holders(path), [{ kind: 'listener', place: path, owners: self }]);
  mkdirSync(join(directory, 'd'));
  t.match(await holders(join(directory, 'd/../x.sock')), [{ kind: 'listener', owners: self }], 'by another name');
  process.chdir(directory);
  t.match(await holders('x.sock'), [{ kind: 'listener', owners: self }], 'as the process sees it');
  process.chdir('/');
  t.match(await holders(join(directory, 'file')), [{ kind: 'other-file', owners: [] }]);
  t.strictSame(await holders(join(directory, 'absent')), []);
  // Node removes the file when it closes the server.
  const kept = join(directory, 'kept.sock');
  spawnSync('python3', ['-c', `import socket; socket.socket(socket.AF_UNIX).bind("${kept}")`]);
  t.match(await holders(kept), [{ kind: 'file', owners: [] }], 'a socket file that is left over');
  server.close();
});

t.test('names that /proc/net has as they are', (t) => {
  const named = (abstract: string) => isListedAs({ ...unixListener('/x'), path: null, abstract });
  t.strictSame(['a', '', 'a\0b', 'a\nb'].map(named), [true, true, false, false]);
  t.equal(isListedAs(unixListener('/x')), false, 'another file can have the path');
  t.end();
});

t.test('overlaps', (t) => {
  const v6 = (address: string, v6only: boolean) => listener(address, 1, { family: 'ipv6', v6only });
  t.ok(overlaps(v6('::', false), listener('127.0.0.1', 1)));
  t.notOk(overlaps(v6('::', true), listener('127.0.0.1', 1)));
  t.ok(overlaps(listener('0.0.0.0', 1), v6('::ffff:127.0.0.1', false)));
  t.notOk(overlaps(listener('127.0.0.1', 1), listener('127.0.0.2', 1)));
  t.end();
});
