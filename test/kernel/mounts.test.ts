import { mkdirSync, symlinkSync } from 'node:fs';
import t from 'tap';
import { isAnsweredElsewhere, parseMounts } from '../../src/kernel/mounts.js';

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
      ['/', 'ext4'],
      ['/a b\tc\nd\\e', 'tmpfs'],
      ['/mnt', 'tmpfs'],
    ],
    'of several mounts at one point the last one is visible',
  );
  t.end();
});

t.test('paths that lead to a file system that is answered elsewhere', async (t) => {
  const directory = t.testdir({ local: { 'a.sock': '' }, mounted: {}, shared: {} });
  symlinkSync('mounted/run', `${directory}/link`);
  symlinkSync(`${directory}/link`, `${directory}/second`);
  symlinkSync('../mounted', `${directory}/local/up`);
  symlinkSync('loop', `${directory}/loop`);
  mkdirSync(`${directory}/mounted/run`);
  const mounts = new Map([
    ['/', 'virtiofs'],
    [`${directory}/mounted`, 'fuse.sshfs'],
    [`${directory}/shared`, 'nfs4'],
    [`${directory}/local`, 'overlay'],
  ]);
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
    ['loop/a', false],
    ['./local//a.sock', false],
  ];
  for (const [path, expected] of cases) {
    t.equal(await isAnsweredElsewhere(`${directory}/${path}`, mounts), expected, path);
  }
});
