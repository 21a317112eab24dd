import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';

const SCHEMA = JSON.parse(
  readFileSync(new URL('../../../../src/snapshot/diff/diff.schema.json', import.meta.url), 'utf8'),
);
const validate = new Ajv2020({ allErrors: true, strictTypes: false, strictRequired: false }).compile(SCHEMA);

/** The errors of the published schema for a diff in JSON. */
export function validDiff(diff: object): string[] {
  validate(JSON.parse(JSON.stringify(diff)));
  return (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`);
}

/** The codes that the schema lists. */
export function schemaCodes(): string[] {
  return [...SCHEMA.$defs.difference.properties.code.anyOf[0].enum];
}
