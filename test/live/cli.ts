import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import type { SnapshotDocument } from '../../src/snapshot/document/document.js';

/** The compiled program, as a user runs it. */
export const CLI = fileURLToPath(new URL('../../src/main.cjs', import.meta.url));

const ROOT = new URL('../../../', import.meta.url);

function compileSchema(): ValidateFunction {
  const schema: unknown = JSON.parse(readFileSync(new URL('src/snapshot/document/snapshot.schema.json', ROOT), 'utf8'));
  if (typeof schema !== 'object' || schema === null) throw new Error('the schema is no object');
  return new Ajv2020({ allErrors: true, strict: true, strictTypes: false, strictRequired: false }).compile(schema);
}

const validate = compileSchema();

/** The snapshot in what the program printed. Throws where it does not fit the schema that ships with the package. */
export function snapshotIn(stdout: string): SnapshotDocument {
  const document: unknown = JSON.parse(stdout);
  if (!isSnapshot(document)) throw new Error(`not a snapshot: ${JSON.stringify(validate.errors, null, 1)}`);
  return document;
}

function isSnapshot(document: unknown): document is SnapshotDocument {
  return validate(document);
}

/** `kubelet localhost:10248/tcp`, or the path of a unix row, or `listener 31337/tcp`: what a finding is about. */
export function subjectOf(document: SnapshotDocument, at: number): string {
  const finding = document.findings[at];
  if (finding === undefined) throw new Error(`there is no finding ${at}`);
  const { expected, sockets } = finding;
  if (expected === null) {
    const socket = document.sockets.find(({ id }) => id === sockets[0]);
    return `listener ${socket?.port}/${socket?.protocol}`;
  }
  return `${expected.service} ${expected.path ?? `${expected.port}/${expected.protocol}`}`;
}

/** Verdicts by subject. */
export function verdictsOf(document: SnapshotDocument): Record<string, string> {
  return Object.fromEntries(document.findings.map(({ verdict }, at) => [subjectOf(document, at), verdict]));
}
