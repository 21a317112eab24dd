import type { SchemaCheck } from '../base/schema_check.js';

/** Compiled from notes.schema.json when building. */
export const validate: SchemaCheck;
