import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';

function read(file: string): object {
  const schema: unknown = JSON.parse(readFileSync(new URL(`../../src/${file}`, import.meta.url), 'utf8'));
  if (typeof schema !== 'object' || schema === null) throw new Error(`${file} is not an object`);
  return schema;
}

/** Validates values in JSON against a schema of the package; gives the errors. */
export function validator(file: string): (value: unknown) => string[] {
  const ajv = new Ajv2020({ strictTypes: false, strictRequired: false });
  // Other schemas refer to it.
  ajv.addSchema(read('snapshot/document/snapshot.schema.json'));
  const validate = ajv.compile(read(file));
  return (value) => {
    validate(JSON.parse(JSON.stringify(value)));
    return (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`);
  };
}
