import { readFileSync } from 'node:fs';
import type { StoredSnapshot } from '../../../src/snapshot/document/complete_snapshot.js';

/** The parts of JSON Schema that the snapshot's schema uses to say what there can be. */
interface Schema {
  readonly $ref?: string;
  readonly $defs?: Readonly<Record<string, Schema>>;
  readonly type?: string | readonly string[];
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly pattern?: string;
  readonly contentEncoding?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly propertyNames?: Schema;
  readonly items?: Schema;
  readonly anyOf?: readonly Schema[];
  readonly allOf?: readonly Schema[];
  readonly if?: Schema;
  readonly then?: Schema;
  readonly else?: Schema;
}

const ROOT: Schema = JSON.parse(
  readFileSync(new URL('../../../../src/snapshot/document/snapshot.schema.json', import.meta.url), 'utf8'),
);

/** Texts for patterns that leave no room for anything else. A pattern that is not here takes any text. */
const PATTERNED: Readonly<Record<string, string>> = {
  '^(0|[1-9][0-9]{0,19})$': '4026531840',
  '^[0-9a-f]{64}$': '0123456789abcdef'.repeat(4),
  '^[0-9a-f]{16}$': '0123456789abcdef',
  '^E[A-Z0-9]+$|^[0-9]+$': 'EADDRINUSE',
  '^\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{3}Z$': '2026-01-31T12:00:00.000Z',
};

export interface Filled {
  readonly document: unknown;
  /** Where each free text stands, and what it is. */
  readonly texts: ReadonlyMap<string, string>;
}

/** A document that has every property that the schema knows, each free text given by `text`. */
export function filledDocument(text: (place: string, at: number) => string): Filled {
  const texts = new Map<string, string>();
  const free = (place: string): string => {
    const made = text(place, texts.size);
    texts.set(place, made);
    return made;
  };
  const fill = (schema: Schema, place: string, kind: 'process' | 'kernel'): unknown => {
    if (schema.$ref !== undefined) return fill(resolve(schema.$ref), place, kind);
    if (schema.const !== undefined) return schema.const;
    if (schema.enum !== undefined) return schema.enum.includes(kind) ? kind : valueAmong(schema.enum, place);
    if (schema.anyOf !== undefined) return fill(schema.anyOf[0] ?? {}, place, kind);
    const [type] = [schema.type].flat();
    switch (type) {
      case 'object': {
        const { verdicts } = { verdicts: schema.propertyNames === undefined ? null : { ok: 1 } };
        const entries = propertiesOf(schema, kind).map(([name, one]) => [name, fill(one, `${place}.${name}`, kind)]);
        return verdicts ?? Object.fromEntries(entries);
      }
      case 'array': {
        const items = schema.items ?? {};
        if (place === '.events') {
          // One of each, with what is added to the lines of --follow.
          const kinds = resolve(items.$ref ?? '').allOf ?? [];
          const more = { type: 'object', properties: items.properties ?? {} };
          return kinds.map(({ then = {} }, at) => ({
            ...(fill(then, `${place}[${at}]`, kind) as object),
            ...(fill(more, `${place}[${at}]`, kind) as object),
          }));
        }
        return place.endsWith('.owners')
          ? [fill(items, `${place}[0]`, 'process'), fill(items, `${place}[1]`, 'kernel')]
          : [fill(items, `${place}[0]`, kind)];
      }
      case 'string': {
        if (schema.contentEncoding === 'base64') return Buffer.from(free(place)).toString('base64');
        return PATTERNED[schema.pattern ?? ''] ?? free(place);
      }
      case 'boolean':
        return false;
      case 'integer':
      case 'number':
        return 7;
      default:
        throw new Error(`${place}: what is ${JSON.stringify(schema)}?`);
    }
  };
  const document = fill(ROOT, '', 'process') as StoredSnapshot;
  const [finding, socket] = [document.findings[0], document.sockets[0]];
  Object.assign(finding ?? {}, { sockets: [socket?.id], causedBy: null });
  texts.delete('.findings[0].sockets[0]');
  return { document, texts };
}

/** Values with which all conditions of the schema hold. */
function valueAmong(values: readonly unknown[], place: string): unknown {
  if (place.endsWith('.ownersUnknown')) return null;
  // A code without parameters, with advice.
  if (place.endsWith('.code')) return 'v6only-unknown';
  return place.endsWith('.status') ? 'partial' : values[0];
}

function propertiesOf(schema: Schema, kind: 'process' | 'kernel'): [string, Schema][] {
  const deeper = [...(schema.allOf ?? []), ...(schema.if === undefined ? [] : conditional(schema, kind))];
  const own = Object.entries(schema.properties ?? {});
  return [...own, ...deeper.flatMap((one) => propertiesOf(one, kind))];
}

/** Of an owner, the properties of one kind; the other conditions of the schema only narrow properties that it names before. */
function conditional({ if: condition, then, else: otherwise }: Schema, kind: 'process' | 'kernel'): Schema[] {
  const only = condition?.properties?.['kind']?.const;
  if (only === undefined) return [];
  return [(kind === only ? then : otherwise) ?? {}];
}

function resolve(ref: string): Schema {
  const found = ROOT.$defs?.[ref.replace('#/$defs/', '')];
  if (found === undefined) throw new Error(`no ${ref}`);
  return found;
}
