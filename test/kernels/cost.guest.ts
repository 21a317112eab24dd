import { writeFileSync } from 'node:fs';
import t from 'tap';
import { native } from '../../src/kernel/addon.js';
import { METHOD, mustRun } from './guest.js';

/* What watching costs other programs: a loop of getppid() beside the event programs, and without them. */

const ROUNDS = 15;
const CHUNKS = '150';
const GETPPID = '/mnt/out/getppid';

const openEvents = () => native().openEvents?.(() => {}, null);

/**
 * The ratio of the times per call with something and without it, alternately. Of each the shortest, because under emulation all
 * disturbances make it longer.
 */
function ratio(start: () => () => void, rounds = ROUNDS): { ratio: number; ns: readonly number[] } {
  const shortest = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
  for (let round = 0; round < rounds; round++) {
    for (const on of round % 2 === 0 ? [0, 1] : [1, 0]) {
      const stop = on === 1 ? start() : () => {};
      shortest[on] = Math.min(shortest[on] ?? 0, Number(mustRun(GETPPID, CHUNKS)));
      stop();
    }
  }
  const [without = 0, beside = 0] = shortest;
  return { ratio: beside / without, ns: shortest };
}

t.test('other system calls are not slower', (t) => {
  const stream = openEvents();
  t.equal(stream?.method, METHOD);
  stream?.close();
  const beside = ratio(() => {
    const open = openEvents();
    return () => open?.close();
  });
  t.ok(beside.ratio < 1.02, `${beside.ratio.toFixed(4)} times as long: ${beside.ns.join(' and ')} ns`);
  t.end();
});

t.test('a tracepoint of system calls would be noticed', (t) => {
  mustRun('mount', '-t', 'tracefs', 'tracefs', '/sys/kernel/tracing');
  const enable = (value: string) => writeFileSync('/sys/kernel/tracing/events/syscalls/sys_enter_bind/enable', value);
  // Not often: each time the kernel changes its code, which emulation with several threads has been seen to hang in.
  const traced = ratio(() => {
    enable('1');
    return () => enable('0');
  }, 2);
  t.ok(traced.ratio > 1.02, `${traced.ratio.toFixed(4)} times as long: ${traced.ns.join(' and ')} ns`);
  t.end();
});
