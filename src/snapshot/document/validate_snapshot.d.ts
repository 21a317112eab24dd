import type { SchemaCheck } from '../../base/schema_check.js';

/** Compiled from snapshot.schema.json when building. */
export const validate: SchemaCheck;
