import t from 'tap';
import type { ProcessFacts } from '../../../src/kernel/addon.js';
import { wholeNames } from '../../../src/kernel/owners/whole_names.js';

const LONG = Buffer.from(`/${'é'.repeat(1000)}`);
const LATIN1 = Buffer.alloc(600, 0xff);

function facts(pid: number, names: Partial<ProcessFacts>): ProcessFacts {
  return { pid, comm: null, exe: null, exeDenied: false, argv0: null, cgroup: null, startMs: null, ...names };
}

t.test('whole names of processes whose names are shortened', (t) => {
  const names = wholeNames([
    facts(1, { exe: Buffer.from('/bin/a'), argv0: LONG.subarray(0, 512) }),
    facts(2, { exe: LONG, argv0: Buffer.from('b'), cgroup: Buffer.from('0::/c\n') }),
    facts(3, { argv0: LATIN1, cgroup: Buffer.concat([Buffer.from('0::'), LONG, Buffer.from('\n')]) }),
  ]);
  t.strictSame(names, [
    { pid: 2, exe: LONG.toString() },
    { pid: 3, argv0: '\\xff'.repeat(600), argv0Raw: LATIN1.toString('base64'), cgroup: LONG.toString() },
  ]);
  const many = Array.from({ length: 300 }, (_, pid) => facts(pid, { exe: LONG }));
  t.equal(wholeNames(many).length, 256);
  t.end();
});
