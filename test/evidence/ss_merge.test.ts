import t from 'tap';
import { compareTables } from '../../src/evidence/ss_merge.js';
import type { SsTables } from '../../src/evidence/ss_table.js';
import { listener, processOwner } from '../verdict/factory.js';

t.test('each text is compared with many others, and its sockets are read once', (t) => {
  let reads = 0;
  const tablesOf = (pid: number): SsTables => {
    const sockets = [listener('127.0.0.1', 80, { owners: [processOwner('a', { pid })] })];
    const table = {
      faults: [],
      whole: new Set(['ipv4'] as const),
      get sockets() {
        reads += 1;
        return sockets;
      },
    };
    return new Map([['tcp', table]]);
  };
  const texts = [2, 3, 4, 2].map(tablesOf);
  const compare = () => texts.map((one) => texts.map((other) => compareTables(one, other).agreeing));
  t.strictSame(compare(), [
    [1, 0, 0, 1],
    [0, 1, 0, 0],
    [0, 0, 1, 0],
    [1, 0, 0, 1],
  ]);
  const first = reads;
  compare();
  t.equal(reads, first);
  t.end();
});
