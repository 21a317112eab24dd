import t from 'tap';
import { reportsIn, SanitizedAddon } from './sanitized_addon.js';
import { GCC, skipWithout } from './toolchain.js';

/** The scenarios of exercise.ts. */
const SCENARIOS = {
  everything: 'all calls',
  events: 'event streams, repeatedly and in parallel',
  workers: 'all calls in several worker threads',
  terminate: 'worker threads are terminated during calls',
  exit: 'the process exits during calls',
};

t.setTimeout(900_000);

const BUILDS = {
  memory: { title: 'AddressSanitizer and UBSan', scenarios: Object.entries(SCENARIOS) },
  // The workers make all calls, too.
  threads: { title: 'ThreadSanitizer', scenarios: Object.entries(SCENARIOS).filter(([name]) => name !== 'everything') },
};

for (const build of ['memory', 'threads'] as const) {
  const { title, scenarios } = BUILDS[build];
  t.test(`the addon under ${title}`, { skip: await skipWithout(GCC) }, async (t) => {
    const addon = await SanitizedAddon.build(build);
    t.teardown(() => addon.close());
    for (const [scenario, title] of scenarios) {
      const { code, stdout, stderr, reports } = await addon.exercise(scenario);
      t.same(reports, [], `${title}: no reports`);
      t.match({ code, stdout }, { code: 0, stdout: 'done\n' }, `${title}: exits with 0`, { stderr });
    }
  });
}

t.test('leaks of Node itself are not reported', async (t) => {
  const leak = (...frames: string[]) =>
    ['Direct leak of 8 byte(s):', ...frames.map((frame, at) => `    #${at} 0xabc in ${frame}`)].join('\n');
  const [malloc, addon, node] = ['malloc', 'f ../native/read_file.cc:7', 'g (/usr/bin/node+0x12)'];
  const bug = '=================\n==1==ERROR: AddressSanitizer: heap-use-after-free\n    #0 0xabc in f';
  const overflow = '../../native/x.cc:1:2: runtime error: shift exponent 40 is too large';
  const ours = leak(malloc, addon, node);
  const others = [leak(malloc, node), leak(malloc, node, addon, node), 'SUMMARY: AddressSanitizer: 8 byte(s) leaked'];
  const race = '==================\nWARNING: ThreadSanitizer: data race (pid=1)\n  Read of size 4 at 0x1 by thread T9:';
  t.same(reportsIn([bug, ours, ...others, overflow, race].join('\n\n')), [bug, ours, overflow, race]);
});
