import { writeFileSync } from 'node:fs';
import t from 'tap';
import { features } from '../live/capability_sets.js';
import { CLI } from '../live/cli.js';

/* The sets of docs/privileges.md are enough, whatever perf_event_paranoid is: Debian's default is 3, Ubuntu's is 4. */

const FOLLOW = '--follow by fexit';

for (const paranoid of [2, 3, 4]) {
  t.test(`kernel.perf_event_paranoid=${paranoid}`, async (t) => {
    writeFileSync('/proc/sys/kernel/perf_event_paranoid', String(paranoid));
    for (const { name, capabilities, works } of features('fexit')) {
      if (paranoid !== 3 && name !== FOLLOW) continue;
      t.ok(await works(CLI, capabilities), `${name}: ${capabilities.join(', ')} are enough`);
    }
  });
}

t.test('none of them is superfluous', async (t) => {
  const follow = features('fexit').find(({ name }) => name === FOLLOW);
  t.strictSame(follow?.capabilities, ['bpf', 'perfmon']);
  for (const one of ['bpf', 'perfmon']) t.equal(await follow?.works(CLI, [one]), false, `not with ${one} alone`);
});
