import { mkdirSync, symlinkSync } from 'node:fs';
import t from 'tap';
import { fileExists, mountDevice, parseMounts, resolveLocally } from '../../src/kernel/mounts.js';

t.test('mount points and their types', (t) => {
  const mounts = parseMounts(
    String.raw`22 1 8:1 / / rw - ext4 /dev/root rw
41 22 0:38 / /a\040b\011c\012d\134e rw shared:7 master:1 - tmpfs none rw
42 22 0:39 / /mnt rw - nfs4 server:/ rw
43 42 0:40 / /mnt rw - tmpfs none rw
not a line
`,
  );
  t.strictSame(
    [...mounts],
    [
      ['/', { type: 'ext4', device: 8 * 2 ** 20 + 1 }],
      ['/a b\tc\nd\\e', { type: 'tmpfs', device: 38 }],
      ['/mnt', { type: 'tmpfs', device: 40 }],
    ],
    'of several mounts at one point the last one is visible',
  );
  t.equal(mountDevice(mounts, '/etc/x.sock'), 8 * 2 ** 20 + 1);
  t.equal(mountDevice(mounts, '/mnt/x.sock'), 40);
  t.equal(mountDevice(mounts, '/mnt'), 40);
  t.equal(mountDevice(mounts, '/mntx/x.sock'), 8 * 2 ** 20 + 1);
  t.equal(mountDevice(new Map(), '/mnt/x.sock'), null);
  t.end();
});

t.test('paths that lead to a file system that is answered elsewhere', async (t) => {
  const directory = t.testdir({ local: { 'a.sock': '' }, mounted: {}, shared: {} });
  symlinkSync('mounted/run', `${directory}/link`);
  symlinkSync(`${directory}/link`, `${directory}/second`);
  symlinkSync('../mounted', `${directory}/local/up`);
  symlinkSync('loop', `${directory}/loop`);
  mkdirSync(`${directory}/mounted/run`);
  const types = new Map([
    ['/', 'virtiofs'],
    [`${directory}/mounted`, 'fuse.sshfs'],
    [`${directory}/shared`, 'nfs4'],
    [`${directory}/local`, 'overlay'],
  ]);
  const mounts = new Map(Array.from(types, ([point, type]) => [point, { type, device: null }]));
  const cases: [string, boolean][] = [
    ['local/a.sock', false],
    ['local/absent/a.sock', false],
    ['mounted', true],
    ['mounted/a.sock', true],
    ['shared/x/y/z', true],
    ['link/a.sock', true],
    ['second', true],
    ['local/up/a.sock', true],
    ['local/../shared/a', true],
    ['mounted/../local/a.sock', true],
    ['./local//a.sock', false],
  ];
  for (const [path, expected] of cases) {
    t.equal((await resolveLocally(`${directory}/${path}`, mounts)) === null, expected, path);
  }
  await t.rejects(resolveLocally(`${directory}/loop/a`, mounts), { message: /too many links/ });
  const inside = new Map([['/shared', { type: 'fuse', device: null }]]);
  t.equal(await resolveLocally('/shared/x', inside, directory), null, 'mounts as seen from another root');
  t.equal(await resolveLocally('/link/../a', inside, directory), '/mounted/a', 'links are followed from there');
  const exists = ['local/a.sock', 'local/absent', 'mounted/run', 'loop'];
  t.strictSame(
    await Promise.all(exists.map((path) => fileExists(`${directory}/${path}`, mounts))),
    [true, false, null, null],
    'null: not asked, or not seen',
  );
});
