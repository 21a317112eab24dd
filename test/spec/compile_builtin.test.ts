import { readFileSync } from 'node:fs';
import t from 'tap';
import { STORED_SPEC } from '../../src/spec/builtin.js';
import { compileBuiltin } from '../../src/spec/compile_builtin.js';

t.test('what is stored is what the sources say', async (t) => {
  const compiled = await compileBuiltin();
  t.equal(readFileSync(STORED_SPEC, 'utf8'), compiled, 'stale: run node dist/src/spec/compile_builtin.js');
  t.equal(await compileBuiltin(), compiled);
  t.notMatch(compiled, /src\/spec/, 'no path of the machine that built it');
});

t.test('the schema beside the compiled code is that of the sources', async (t) => {
  const compiled = readFileSync(new URL('../../src/spec/notes.schema.json', import.meta.url), 'utf8');
  t.equal(compiled, readFileSync(new URL('../../../src/spec/notes.schema.json', import.meta.url), 'utf8'));
});
