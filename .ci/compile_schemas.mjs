// Part of the build: compiles the schemas that the program validates input with, so that it neither loads a schema compiler nor needs one installed.

import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Ajv } from 'ajv/dist/ajv.js';
import standalone from 'ajv/dist/standalone/index.js';
import { build } from 'esbuild';

const ROOT = fileURLToPath(new URL('..', import.meta.url));

/** Schema below src/, validator below dist/src/. All faults of notes are needed to report the most useful one. */
const VALIDATORS = [
  ['snapshot/document/snapshot.schema.json', 'snapshot/document/validate_snapshot.js', { allErrors: false }],
  ['spec/notes.schema.json', 'spec/validate_notes.js', { allErrors: true }],
];

/**
 * The same schema with the alternative that is a mere type, such as null, asked first: for one that does not fit, ajv makes an error,
 * which takes longer than everything else in a snapshot. The first error stays the same.
 */
function typesFirst(schema) {
  if (typeof schema !== 'object' || schema === null) return schema;
  if (Array.isArray(schema)) return schema.map(typesFirst);
  const { anyOf, ...rest } = Object.fromEntries(Object.entries(schema).map(([key, value]) => [key, typesFirst(value)]));
  if (anyOf === undefined) return rest;
  const [first, second, ...others] = anyOf;
  const isType = Object.keys(second).join() === 'type' && others.length === 0;
  return isType && !('if' in rest) ? { ...rest, if: second, else: first } : { ...rest, anyOf };
}

for (const [schema, validator, options] of VALIDATORS) {
  // The schemas have nothing that only the 2020 draft has, whose validators keep account of every property.
  const { $schema: _, ...source } = JSON.parse(readFileSync(join(ROOT, 'src', schema), 'utf8'));
  const ajv = new Ajv({
    ...options,
    verbose: true,
    strictRequired: false,
    strictTypes: false,
    allowUnionTypes: true,
    code: { source: true, esm: true },
  });
  const code = standalone.default(ajv, ajv.compile(options.allErrors ? source : typesFirst(source)));
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
