import { once } from 'node:events';
import { chmodSync, chownSync, mkdirSync, renameSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import t from 'tap';
import { readMounts } from '../../../src/kernel/mounts.js';
import { isRootsAlone, kernelDevice, statSocketFile } from '../../../src/kernel/sockets/socket_file.js';
import { UNIX_LISTENING } from '../../../src/kernel/sockets/states.js';
import { rawAddon } from '../raw_addon.js';
import { shortDirectory } from './live.js';

const uid = process.getuid?.();
const notRoot = uid === 0 ? false : `giving up root takes root, and we are user ${uid}`;

t.test('what is at a path', async (t) => {
  const directory = t.testdir({ file: '', directory: {}, loop: t.fixture('symlink', 'loop') });
  const nothing = { device: null, inode: null, mountDevice: null, isProtected: null };
  const cases: [string, string][] = [
    ['file', 'not-a-socket'],
    ['directory', 'not-a-socket'],
    ['absent', 'absent'],
    ['file/below', 'absent'],
    ['loop', 'unreadable'],
  ];
  for (const [name, state] of cases) {
    const path = `${directory}/${name}`;
    t.strictSame(await statSocketFile(path, await readMounts()), { path, state, ...nothing }, name);
  }
});

t.test('whether root alone can put another file there', { skip: notRoot }, async (t) => {
  const root = shortDirectory(t);
  const make = (path: string, mode: number, uid = 0): void => {
    mkdirSync(path, { mode });
    chmodSync(path, mode);
    chownSync(path, uid, uid);
  };
  const path = (name: string): string => {
    writeFileSync(`${root}/${name}/s`, '');
    return `${root}/${name}/s`;
  };
  make(`${root}/own`, 0o755);
  make(`${root}/group`, 0o775);
  make(`${root}/others`, 0o757);
  make(`${root}/user`, 0o755, 1000);
  make(`${root}/sticky`, 0o1777);
  make(`${root}/sticky/own`, 0o755);
  make(`${root}/sticky/user`, 0o755, 1000);
  symlinkSync('user', `${root}/link`);
  symlinkSync(`${root}/own`, `${root}/user/link`);
  symlinkSync('loop', `${root}/loop`);
  const cases: [string, boolean][] = [
    ['own', true],
    ['group', false],
    ['others', false],
    ['user', false],
    ['sticky', true],
    ['sticky/own', true],
    ['sticky/user', false],
    ['link', false],
    ['user/link', false],
    ['own/../sticky/./own', true],
  ];
  for (const [name, expected] of cases) t.equal(await isRootsAlone(path(name)), expected, name);
  chownSync(`${root}/sticky/s`, 1000, 1000);
  t.equal(await isRootsAlone(`${root}/sticky/s`), false, 'of another user, who can rename it');
  await t.rejects(isRootsAlone(`${root}/loop/s`), { message: /too many links/ });
});

t.test('a socket file has the device and inode that the kernel reports for its listener', async (t) => {
  const directory = shortDirectory(t);
  const server = createServer().listen(`${directory}/x.sock`);
  await once(server, 'listening');
  t.teardown(() => server.close());
  const path = `${directory}/link`;
  symlinkSync('moved.sock', path);
  renameSync(`${directory}/x.sock`, `${directory}/moved.sock`);
  const file = await statSocketFile(path, await readMounts());
  t.match(file, { path, state: 'socket' }, 'links are followed, and a rename changes nothing');
  const columns = await rawAddon().dumpUnix(null, UNIX_LISTENING);
  const files = Array.from(columns.fileInode, (inode, at) => `${columns.fileDevice[at]} ${inode}`);
  t.ok(files.includes(`${file.device} ${file.inode}`), 'UNIX_DIAG_VFS has the same numbers');
});

t.test('a path below a directory without search permission is unreadable, not absent', { skip: notRoot }, async (t) => {
  const directory = shortDirectory(t);
  mkdirSync(`${directory}/closed`, { mode: 0o700 });
  mkdirSync(`${directory}/open`, { mode: 0o755 });
  chmodSync(directory, 0o755);
  const mounts = await readMounts();
  process.seteuid?.(65534);
  const looks = ['closed', 'open'].map((name) => statSocketFile(`${directory}/${name}/x.sock`, mounts));
  const [closed, open] = await Promise.all(looks).finally(() => process.seteuid?.(0));
  t.match(closed, { state: 'unreadable', device: null, inode: null });
  t.match(open, { state: 'absent' });
});

t.test("device numbers: from the C library's to the kernel's", (t) => {
  // makedev() of glibc spreads both parts: 12 low bits of major from bit 8, its rest from bit 32; 8 low bits of minor
  // from bit 0, its rest from bit 12.
  const cases: [dev: bigint, major: number, minor: number][] = [
    [0x0000n, 0, 0],
    [0x0801n, 8, 1],
    [0xfe00n, 254, 0],
    [0x0010_0800n, 8, 0x100],
    [0xfff0_00ffn, 0, 0xfffff],
    [0x000f_ff00n, 0xfff, 0],
  ];
  for (const [dev, major, minor] of cases) {
    t.equal(kernelDevice(dev), major * 2 ** 20 + minor, dev.toString(16));
  }
  t.end();
});
