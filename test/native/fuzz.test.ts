import t from 'tap';
import { fuzz, fuzzSeconds } from './fuzz.js';
import { CLANG, skipWithout } from './toolchain.js';

const seconds = fuzzSeconds(process.env['FUZZ_SECONDS']);
t.setTimeout((6 * seconds + 110) * 1000);

t.test('parsers handle arbitrary bytes', { skip: await skipWithout(CLANG) }, async (t) => {
  const results = await fuzz(seconds);
  for (const { target, inputs, failure } of results) {
    t.equal(failure, null, `${target}: no failure`);
    t.ok(inputs > 1000, `${target}: tried enough inputs (${inputs})`);
  }
});
