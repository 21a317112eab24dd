import t from 'tap';
import { fuzz, fuzzSeconds, TARGETS } from './fuzz.js';

const seconds = fuzzSeconds();
t.setTimeout((TARGETS.length * seconds + 300) * 1000);

t.test('mutated evidence', async (t) => {
  for (const target of TARGETS) {
    const { read, failure } = await fuzz(target, seconds, Date.now() % 1e9);
    t.equal(failure, null, `${target}: no failure`);
    t.ok(read > 0, `${target}: some were accepted (${read})`);
  }
});
