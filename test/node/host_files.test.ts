import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import type { Mounts } from '../../src/kernel/mounts.js';
import { findHostFiles } from '../../src/node/host_files.js';

t.test(
  'the root of the node is found by any name, and nothing behind a file system of a process is asked',
  async (t) => {
    const directory = t.testdir({ host: { var: { snap: { k8s: {} } } }, other: {}, file: '' });
    const root = join(directory, 'host');
    symlinkSync(root, join(directory, 'link'));
    const device = 1;
    const names = [root, `${root}/`, join(directory, 'link'), `${directory}/./other/../host`, `${directory}//host`];
    for (const name of names) {
      t.match(await findHostFiles(name, new Map()), { isInstalled: true, isUnseen: false }, name);
      const hung: Mounts = new Map([[`${root}/var`, { type: 'fuse', device }]]);
      t.match(await findHostFiles(name, hung), { isInstalled: null, isUnseen: false }, `${name}, with FUSE in it`);
      const itself: Mounts = new Map([[root, { type: 'fuse.sshfs', device }]]);
      t.match(await findHostFiles(name, itself), { isInstalled: null, isUnseen: true }, `${name}, on FUSE`);
      const above: Mounts = new Map([[directory, { type: 'nfs4', device }]]);
      t.match(await findHostFiles(name, above), { isInstalled: null, isUnseen: true }, `${name}, below NFS`);
    }
    for (const name of ['gone', 'file']) {
      const message = new RegExp(`^cannot look for the files of the node in .*/${name}: `);
      await t.rejects(findHostFiles(join(directory, name), new Map()), { code: 'ERR_USAGE', message }, name);
    }
  },
);

t.test('a link of a unit is not looked for behind a file system of a process', async (t) => {
  const root = t.testdir({});
  const wants = '/etc/systemd/system/multi-user.target.wants';
  mkdirSync(join(root, wants), { recursive: true });
  writeFileSync(join(root, 'unit'), '');
  symlinkSync('/unit', join(root, wants, 'a.service'));
  const { files } = await findHostFiles(root, new Map());
  t.equal(await files.hasLink(`${wants}/a.service`), true);
  t.equal(await files.hasLink(`${wants}/b.service`), false);
  t.equal(await files.hasLink('/nowhere/b.service'), false);
  const hung = await findHostFiles(root, new Map([[`${root}/etc/systemd`, { type: 'fuse', device: 1 }]]));
  t.equal(await hung.files.hasLink(`${wants}/a.service`), null);
});
