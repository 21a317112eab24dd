import t from 'tap';
import { reportsIn, SanitizedAddon } from './sanitized_addon.js';
import { GCC, skipWithout } from './toolchain.js';

/** Scenarios of native/exercise.ts. */
const SCENARIOS = {
  everything: 'dumps, decoders, owners, namespaces and errors',
  events: 'the event stream opened again and again, and eight of them at once',
  workers: 'the same in several worker threads at once',
  terminate: 'worker threads are terminated in the middle of it',
  exit: 'the process exits in the middle of it',
  pool: 'the thread pool starts at home',
};

t.setTimeout(400_000);

t.test('the addon under AddressSanitizer and UBSan', { skip: await skipWithout(GCC) }, async (t) => {
  const addon = await SanitizedAddon.build();
  t.teardown(() => addon.close());
  for (const [scenario, title] of Object.entries(SCENARIOS)) {
    const { code, stdout, stderr, reports } = await addon.exercise(scenario);
    t.same(reports, [], `${title}: no report`);
    t.match({ code, stdout }, { code: 0, stdout: 'done\n' }, `${title}: it ended well`, { stderr });
  }
});

t.test('reports are told from what Node leaks', async (t) => {
  const leak = (...frames: string[]) =>
    ['Direct leak of 8 byte(s):', ...frames.map((frame, at) => `    #${at} 0xabc in ${frame}`)].join('\n');
  const [malloc, addon, node] = ['malloc', 'f ../native/read_file.cc:7', 'g (/usr/bin/node+0x12)'];
  const bug = '=================\n==1==ERROR: AddressSanitizer: heap-use-after-free\n    #0 0xabc in f';
  const overflow = '../../native/x.cc:1:2: runtime error: shift exponent 40 is too large';
  const ours = leak(malloc, addon, node);
  const others = [leak(malloc, node), leak(malloc, node, addon, node), 'SUMMARY: AddressSanitizer: 8 byte(s) leaked'];
  t.same(reportsIn([bug, ours, ...others, overflow].join('\n\n')), [bug, ours, overflow]);
});
