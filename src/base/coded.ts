/** The types of parameters. Each is checked when read, and replaced by a redaction, in its own way. */
export interface ParamKinds {
  /** One of a fixed set of words of this program; never a name from the node. */
  word: string;
  words: readonly string[];
  count: number;
  seconds: number;
  /** Name of an errno: `EACCES`. */
  errno: string;
  /** Release of a kernel: `5.15.0-91-generic`. */
  version: string;
  hostname: string;
  /** Name of a service in a spec or its notes. */
  service: string;
  services: readonly string[];
  /** Absolute path on the node. */
  path: string;
  /** Names or patterns of network devices. */
  devices: readonly string[];
  /** Ids of sockets in the document. */
  socketIds: readonly string[];
  /** Text written by the author of a spec or its notes. */
  prose: string;
  /** Name of an option, such as `--bind-address`, out of a closed table. */
  flag: string;
  /** Value of such an option: addresses, ports, or a path. */
  setting: string;
  /** Text of an error of other software, or of a malformed input. */
  errorText: string;
}

/** The type of a parameter, by name. */
export type ParamKind = keyof ParamKinds;

/** A kind, with `?` behind it where the value may be null. */
export type ParamType = ParamKind | `${ParamKind}?`;

/** A closed list of what can be said: per code its meaning, for the documentation, and its parameters. */
export type CodeTable = Readonly<
  Record<string, { readonly about: string; readonly params: Readonly<Record<string, ParamType>> }>
>;

/** The value of a parameter of that type. */
export type ParamValue<Type> = Type extends `${infer Kind extends ParamKind}?`
  ? ParamKinds[Kind] | null
  : Type extends ParamKind
    ? ParamKinds[Type]
    : never;

/** Parameters of one code. */
export type ParamsOf<Table extends CodeTable, Code extends keyof Table> = {
  readonly [Name in keyof Table[Code]['params']]: ParamValue<Table[Code]['params'][Name]>;
};

/** A code of a table with its parameters: a union discriminated by `code`. Sentences are rendered from it, never read. */
export type Coded<Table extends CodeTable> = {
  readonly [Code in keyof Table & string]: { readonly code: Code; readonly params: ParamsOf<Table, Code> };
}[keyof Table & string];

/** The names of the parameters of one kind, by code; codes without such parameters are left out. */
export function paramsOfKind(table: CodeTable, kind: ParamKind): ReadonlyMap<string, readonly string[]> {
  const names = Object.entries(table).map(([code, { params }]): [string, string[]] => [
    code,
    Object.keys(params).filter((name) => params[name] === kind),
  ]);
  return new Map(names.filter(([, some]) => some.length > 0));
}

/** Stands for a code that cannot be read: the document is older than codes, or this version does not know the code. */
export interface Uncoded {
  readonly code: null;
  readonly params: Readonly<Record<string, never>>;
}

export const UNCODED: Uncoded = { code: null, params: {} };

const isString = (value: unknown): value is string => typeof value === 'string';
const isStrings = (value: unknown): value is readonly string[] => Array.isArray(value) && value.every(isString);
const isWord = (value: unknown): value is string => isString(value) && /^[A-Za-z0-9][\w-]{0,39}$/.test(value);

const CHECKS: { readonly [Kind in ParamKind]: (value: unknown) => value is ParamKinds[Kind] } = {
  word: isWord,
  words: (value): value is readonly string[] => Array.isArray(value) && value.every(isWord),
  count: (value): value is number => Number.isSafeInteger(value) && (value as number) >= 0,
  seconds: (value): value is number => Number.isFinite(value) && (value as number) >= 0,
  errno: (value): value is string => isString(value) && /^E[A-Z0-9_]{1,39}$/.test(value),
  version: isString,
  hostname: isString,
  service: isString,
  services: isStrings,
  path: isString,
  devices: isStrings,
  socketIds: isStrings,
  prose: isString,
  flag: (value): value is string => isString(value) && /^(?:--)?[A-Za-z][A-Za-z-]{0,39}$/.test(value),
  setting: isString,
  errorText: isString,
};

/** The kind of a parameter, and whether it may be null. */
function kindOf(type: ParamType): { readonly kind: ParamKind; readonly nullable: boolean } {
  const nullable = type.endsWith('?');
  return { kind: (nullable ? type.slice(0, -1) : type) as ParamKind, nullable };
}

/**
 * A code and its parameters out of a stored document, without parameters that the table does not have.
 * @returns UNCODED for a code that is not in the table, or parameters of other types
 */
export function readCoded<Table extends CodeTable>(
  table: Table,
  stored: { readonly code?: unknown; readonly params?: unknown },
): Coded<Table> | Uncoded {
  const { code, params } = stored;
  if (typeof code !== 'string' || !Object.hasOwn(table, code)) return UNCODED;
  if (typeof params !== 'object' || params === null) return UNCODED;
  const types = Object.entries(table[code]?.params ?? {});
  const values = types.map(([name]) => [name, Object.hasOwn(params, name) ? Reflect.get(params, name) : undefined]);
  const isValid = types.every(([, type], at) => {
    const { kind, nullable } = kindOf(type);
    const value = values[at]?.[1];
    return (nullable && value === null) || CHECKS[kind](value);
  });
  return isValid ? ({ code, params: Object.fromEntries(values) } as Coded<Table>) : UNCODED;
}

/** A stored list of codes, without those that this version does not know. */
export function readCodes<Table extends CodeTable>(
  table: Table,
  stored: readonly { readonly code?: unknown; readonly params?: unknown }[] = [],
): Coded<Table>[] {
  return stored.flatMap((one) => {
    const coded = readCoded(table, one);
    return coded === UNCODED ? [] : [coded as Coded<Table>];
  });
}

/** What takes the place of a value of each kind, as in a redaction. */
export type Replacers = { readonly [Kind in ParamKind]: (value: ParamKinds[Kind]) => ParamKinds[Kind] };

/** The same code, each parameter replaced by the replacer for its kind. */
export function replaceParams<Table extends CodeTable>(
  table: Table,
  { code, params }: Coded<Table>,
  replacers: Replacers,
): Coded<Table> {
  const entries = Object.entries(table[code]?.params ?? {}).map(([name, type]) => {
    const value: unknown = Reflect.get(params, name);
    const replace = replacers[kindOf(type).kind] as (value: unknown) => unknown;
    return [name, value === null ? null : replace(value)];
  });
  return { code, params: Object.fromEntries(entries) } as Coded<Table>;
}
