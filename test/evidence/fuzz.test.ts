import t from 'tap';
import { fuzz, fuzzSeconds, TARGETS } from './fuzz.js';

const seconds = fuzzSeconds();
t.setTimeout((TARGETS.length * seconds + 60) * 1000);

t.test('no bytes make a reader of evidence break a promise', async (t) => {
  for (const target of TARGETS) {
    const { inputs, read, failure } = await fuzz(target, seconds, Date.now() % 1e9);
    t.equal(failure, null, `${target}: nothing broke`);
    t.ok(inputs > 10 * seconds, `${target}: enough inputs were tried (${inputs})`);
    t.ok(read > 0, `${target}: and some were read (${read})`);
  }
});
