import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';

const SCHEMA = new URL('../../../../src/snapshot/diff/diff.schema.json', import.meta.url);
const validate = new Ajv2020({ allErrors: true, strictTypes: false, strictRequired: false }).compile(
  JSON.parse(readFileSync(SCHEMA, 'utf8')),
);

/** What the schema that ships with the package has against a diff, as it is once it was JSON. */
export function validDiff(diff: object): string[] {
  validate(JSON.parse(JSON.stringify(diff)));
  return (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`);
}
