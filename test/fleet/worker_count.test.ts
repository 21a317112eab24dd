import { spawnSync } from 'node:child_process';
import t from 'tap';
import { thisMachine, threadCount } from '../../src/fleet/worker_count.js';

const LIMITS = `Limit                     Soft Limit           Hard Limit           Units     
Max cpu time              unlimited            unlimited            seconds   
Max address space         unlimited            unlimited            bytes     
`;
const BIG = { processors: 8, memory: 2 ** 33, limits: LIMITS };

t.test('threads where there is room for them', (t) => {
  t.equal(threadCount(BIG), 2);
  t.equal(threadCount({ ...BIG, processors: 2 }), 2);
  t.equal(threadCount({ ...BIG, processors: 1 }), 0);
  t.equal(threadCount({ ...BIG, memory: 256 * 2 ** 20 }), 0);
  t.equal(threadCount({ ...BIG, limits: LIMITS.replace(/(space +)unlimited /, '$12000000000 ') }), 0);
  t.equal(threadCount({ ...BIG, limits: null }), 0);
  t.end();
});

t.test('this machine', (t) => {
  const { processors, memory, limits } = thisMachine();
  t.ok(processors >= 1 && memory > 2 ** 20);
  const code = `import { thisMachine } from ${JSON.stringify(new URL('../../src/fleet/worker_count.js', import.meta.url).href)};
    process.stdout.write(thisMachine().limits);`;
  const node = `ulimit -v 8000000; exec "$0" --input-type=module --eval "$1"`;
  const limited = spawnSync('sh', ['-c', node, process.execPath, code], { encoding: 'utf8' });
  t.match(limited.stdout, /^Max address space +8192000000 /m, limited.stderr);
  t.match(limits, /^Max address space +\w+ /m);
  t.end();
});
