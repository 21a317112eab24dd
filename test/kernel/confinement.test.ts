import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { confinement } from '../../src/kernel/confinement.js';

const CAPABLE = 'Name:\tx\nCapEff:\t0000000000080000\n';
const INITIAL = '         0          0 4294967295\n';
const PROFILE = 'cri-containerd.apparmor.d (enforce)';

interface Self {
  readonly status?: string;
  readonly uidMap?: string;
  readonly apparmor?: string;
  readonly current?: string;
}

t.test('who keeps us from reading other processes', async (t) => {
  const cases: [self: Self, profile: string | null | undefined, about: string][] = [
    [{ apparmor: `${PROFILE}\n`, current: 'other\n' }, PROFILE, "AppArmor's profile"],
    [{ current: 'system_u:system_r:container_t:s0\0' }, 'system_u:system_r:container_t:s0', "SELinux's context"],
    [{ current: 'unconfined\n' }, null, 'not AppArmor, then'],
    [{}, null, 'a module without labels'],
    [{ status: 'CapEff:\t0000000000000000\n', current: PROFILE }, undefined, 'the capability lacks'],
    [{ status: 'x', current: PROFILE }, undefined, 'nothing known of capabilities'],
    [{ uidMap: '0 100000 65536\n', current: PROFILE }, undefined, 'the capability is for a user namespace'],
    [{ uidMap: '' }, undefined, 'nothing known of the user namespace'],
  ];
  for (const [{ status = CAPABLE, uidMap = INITIAL, apparmor, current }, profile, about] of cases) {
    const self = t.testdir();
    mkdirSync(join(self, 'attr/apparmor'), { recursive: true });
    const files = { status, uid_map: uidMap, 'attr/apparmor/current': apparmor, 'attr/current': current };
    for (const [name, text] of Object.entries(files)) {
      if (text !== undefined) writeFileSync(join(self, name), text);
    }
    t.strictSame(await confinement(self), profile === undefined ? null : { profile }, about);
  }
});
