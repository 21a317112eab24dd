import { mkdirSync, statSync } from 'node:fs';
import t from 'tap';
import { parseMounts, readMounts } from '../../../src/kernel/mounts.js';
import {
  attachCreatorCgroups,
  cgroup2Mount,
  findCgroups,
  findCreatorCgroups,
} from '../../../src/kernel/owners/creator_cgroups.js';
import type { OwnedListener } from '../../../src/kernel/owners/owner.js';
import { listener, processOwner } from '../../verdict/factory.js';

const inodeOf = (path: string | Buffer): string => String(statSync(path, { bigint: true }).ino);

t.test('where cgroup2 is mounted', (t) => {
  const alone = '30 23 0:26 / /sys/fs/cgroup rw,nosuid - cgroup2 cgroup2 rw';
  const v1 = '31 23 0:28 / /sys/fs/cgroup rw,relatime - tmpfs tmpfs rw,mode=755';
  const cases: [string, string, string | null][] = [
    ['alone', `22 1 8:1 / / rw - ext4 /dev/root rw\n${alone}\n`, '/sys/fs/cgroup'],
    ['beside v1', `${v1}\n41 31 0:38 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw\n`, '/sys/fs/cgroup/unified'],
    ['with optional fields', '41 31 0:38 / /cg rw shared:7 master:1 - cgroup2 none rw\n', '/cg'],
    ['escapes', String.raw`41 31 0:38 / /a\040b\011c\012d\134e rw - cgroup2 none rw`, '/a b\tc\nd\\e'],
    ['v1 only', `${v1}\n40 31 0:37 / /sys/fs/cgroup/systemd rw - cgroup cgroup rw,name=systemd\n`, null],
    ['a mount point of that name', '41 31 0:38 / /cgroup2 rw - tmpfs cgroup2 rw\n', null],
    ['no file', '', null],
  ];
  for (const [name, mountinfo, expected] of cases) t.equal(cgroup2Mount(parseMounts(mountinfo)), expected, name);
  t.end();
});

t.test('cgroups are found by the inode of their directory', async (t) => {
  const mount = t.testdir({
    'system.slice': { 'snap.k8s.kubelet.service': { 'cgroup.procs': '' } },
    kubepods: { 'pod11111111-2222-3333-4444-555555555555': {} },
  });
  const kubelet = inodeOf(`${mount}/system.slice/snap.k8s.kubelet.service`);
  const pod = inodeOf(`${mount}/kubepods/pod11111111-2222-3333-4444-555555555555`);
  const root = inodeOf(mount);
  const file = inodeOf(`${mount}/system.slice/snap.k8s.kubelet.service/cgroup.procs`);
  const found = await findCgroups(mount, new Set([kubelet, pod, root, file, '1']));
  const path = '/system.slice/snap.k8s.kubelet.service';
  t.strictSame(found.get(kubelet), { cgroup: path, unit: 'snap.k8s.kubelet.service', pod: null, container: null });
  t.match(found.get(pod), { unit: null, pod: '11111111-2222-3333-4444-555555555555' });
  t.match(found.get(root), { cgroup: '/', unit: null });
  const unseen = { cgroup: null, unit: null, pod: null, container: null };
  t.strictSame([found.get(file), found.get('1')], [unseen, unseen], 'neither a file nor what is not there');
  t.strictSame(await findCgroups(`${mount}/nowhere`, new Set(['1'])), new Map());
});

t.test('names of cgroups hold any bytes', async (t) => {
  const mount = t.testdir({});
  const directory = Buffer.concat([Buffer.from(`${mount}/`), Buffer.from('a\xff\x1b.service', 'latin1')]);
  mkdirSync(directory);
  const id = inodeOf(directory);
  const raw = Buffer.from('/a\xff\x1b.service', 'latin1').toString('base64');
  const found = await findCgroups(mount, new Set([id]));
  t.match(found.get(id), { cgroup: '/a\\xff\x1b.service', cgroupRaw: raw });
});

async function withCreators(listeners: readonly OwnedListener[]): Promise<readonly OwnedListener[]> {
  return attachCreatorCgroups(listeners, await findCreatorCgroups(listeners, await readMounts()));
}

t.test('the creator is looked up for listeners without a known owner', async (t) => {
  const mount = cgroup2Mount(await readMounts());
  if (mount === null) throw new Error('every machine that this program is for has cgroup2');
  const cgroupId = inodeOf(mount);
  const seen = listener('127.0.0.1', 1, { cgroupId, owners: [processOwner('a')], ownersUnknown: null });
  const unseen = listener('127.0.0.1', 2, { cgroupId });
  const unknown = listener('127.0.0.1', 3, { cgroupId: '18446744073709551615' });
  const without = listener('127.0.0.1', 4, { cgroupId: null });
  const origins = (await withCreators([seen, unseen, unknown, without])).map(({ port, origin }) => [port, origin]);
  const root = { cgroup: '/', unit: null, pod: null, container: null };
  t.strictSame(origins, [
    [1, null],
    [2, root],
    [3, { cgroup: null, unit: null, pod: null, container: null }],
    [4, null],
  ]);
  t.match(await withCreators([unseen]), [{ origin: { cgroup: '/' } }]);
  t.strictSame(await withCreators([seen]), [seen]);
  t.strictSame(await withCreators([]), []);
});

t.test("of a user's socket, unless it was created in the cgroup of an owner", async (t) => {
  const mount = cgroup2Mount(await readMounts());
  if (mount === null) throw new Error('every machine that this program is for has cgroup2');
  const cgroupId = inodeOf(mount);
  const owned = (cgroup: string, uid: number) =>
    listener('127.0.0.1', 1, { cgroupId, uid, owners: [processOwner('a', { cgroup })], ownersUnknown: null });
  const originOf = async (one: OwnedListener) => (await withCreators([one]))[0]?.origin;
  t.match(await originOf(owned('/elsewhere', 65534)), { cgroup: '/' });
  t.equal(await originOf(owned('/', 65534)), null, 'its own');
  t.equal(await originOf(owned('/elsewhere', 0)), null, "root's");
});
