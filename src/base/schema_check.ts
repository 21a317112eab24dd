/** What a value has against a schema, as ajv reports it with `verbose`. */
export interface SchemaError {
  readonly keyword: string;
  /** JSON pointer to the value. */
  readonly instancePath: string;
  readonly schemaPath: string;
  readonly params: Readonly<Record<string, unknown>>;
  /** Set for errors of `propertyNames`: the key. */
  readonly propertyName?: string;
  readonly message?: string;
  readonly parentSchema?: Readonly<Record<string, unknown>>;
  readonly data?: unknown;
}

/** A validator that .ci/compile_schemas.mjs compiles from a schema. */
export interface SchemaCheck {
  (value: unknown): boolean;
  /** Of the last call; null if the value was valid. */
  readonly errors?: readonly SchemaError[] | null;
}
