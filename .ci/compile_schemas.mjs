// Part of the build: compiles the schemas that the program validates input with, so that it neither loads a schema compiler nor needs one installed.

import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Ajv2020 } from 'ajv/dist/2020.js';
import standalone from 'ajv/dist/standalone/index.js';
import { build } from 'esbuild';

const ROOT = fileURLToPath(new URL('..', import.meta.url));

/** Schema below src/, validator below dist/src/. All faults of notes are needed to report the most useful one. */
const VALIDATORS = [
  ['snapshot/document/snapshot.schema.json', 'snapshot/document/validate_snapshot.js', { allErrors: false }],
  ['spec/notes.schema.json', 'spec/validate_notes.js', { allErrors: true }],
];

for (const [schema, validator, options] of VALIDATORS) {
  const ajv = new Ajv2020({
    ...options,
    verbose: true,
    strictRequired: false,
    strictTypes: false,
    allowUnionTypes: true,
    code: { source: true, esm: true },
  });
  const code = standalone.default(ajv, ajv.compile(JSON.parse(readFileSync(join(ROOT, 'src', schema), 'utf8'))));
  // Bundled, because the code requires helpers of ajv.
  await build({
    stdin: { contents: code, resolveDir: ROOT },
    outfile: join(ROOT, 'dist/src', validator),
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'esm',
    minify: true,
    logLevel: 'warning',
  });
}
