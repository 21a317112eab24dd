import { SockwatchError } from '../base/errors.js';
import { decodeSource } from '../base/text_source.js';
import { readYaml, type YamlInput } from '../spec/yaml_input.js';
import { endpointOf, endpointText } from './flag_value.js';
import { FLAGS, type Flag, flagValueOf, OPTIONS_FLAGS } from './flags.js';

/** What a file of options says of one flag. */
export interface OptionInText {
  /** null: it is no value of the flag's kind; `default`: as if nothing were said. */
  readonly value: string | null | 'default';
  /** From 1. */
  readonly line: number;
}

/**
 * The keys of the closed table in a file of options, by flag; null: it is no such file, or the program refuses it, or what it makes of
 * it is not certain. Nothing else is kept, and no error quotes the text, which may be any file of the machine. Pure.
 */
export function parseOptions(service: string, text: string): ReadonlyMap<string, OptionInText> | null {
  const yaml = yamlOf(text);
  if (yaml === null || !isOfType(service, yaml.value)) return null;
  const { value: keys } = yaml;
  // The programs merge what stands under this key; YAML 1.2 does not.
  if (Object.hasOwn(keys, '<<')) return null;
  const options = FLAGS.flatMap((flag): [string, OptionInText][] => {
    const { key } = flag;
    if (flag.service !== service || key === undefined) return [];
    if (!Object.hasOwn(keys, key)) {
      const implied = impliedBy(flag, keys);
      return implied === null ? [] : [[flag.name, implied(yaml)]];
    }
    return [[flag.name, { value: optionValue(flag, keys[key], yaml.sourceOf(key)), line: yaml.lineOf([key], true) }]];
  });
  return new Map(options);
}

function yamlOf(text: string): (YamlInput & { readonly value: Readonly<Record<string, unknown>> }) | null {
  try {
    const yaml = readYaml(decodeSource('', Buffer.from(text)), false);
    const { value } = yaml;
    const isMap = typeof value === 'object' && value !== null && !Array.isArray(value);
    return isMap ? { ...yaml, value: value as Record<string, unknown> } : null;
  } catch (error) {
    if (error instanceof SockwatchError) return null;
    throw error;
  }
}

/** Files of another kind, or of a version that is not known, may have other keys for the same. */
function isOfType(service: string, { kind, apiVersion }: Readonly<Record<string, unknown>>): boolean {
  const type = OPTIONS_FLAGS.find((one) => one.service === service)?.type;
  if (type === undefined) return false;
  return type === null || (kind === type.kind && apiVersion === type.apiVersion);
}

/** As the program decodes it: numbers and texts are not taken for each other, and what is empty is not set. */
function optionValue(flag: Flag, value: unknown, source: string | null): OptionInText['value'] {
  if (value === null || value === '') return 'default';
  if (flag.kind !== 'port') return typeof value === 'string' ? flagValueOf(flag, value) : null;
  // In YAML 1.1, by which the programs go, 010 is 8.
  if (typeof value !== 'number' || source !== String(value)) return null;
  // A kubelet without its main port does not exist: 0 is not set (Port in SetDefaults_KubeletConfiguration()).
  return value === 0 && flag.name === '--port' ? 'default' : flagValueOf(flag, source);
}

/** With an IPv6 `bindAddress`, kube-proxy takes that family's addresses where nothing else is said (getDefaultAddresses()). */
function impliedBy(flag: Flag, keys: Readonly<Record<string, unknown>>): ((yaml: YamlInput) => OptionInText) | null {
  const { bindAddress } = keys;
  if (flag.service !== 'kube-proxy' || typeof bindAddress !== 'string' || !bindAddress.includes(':')) return null;
  const fallback = endpointOf(flag.default ?? '');
  if (fallback === null) return null;
  const value = endpointText({ address: fallback.address === '0.0.0.0' ? '::' : '::1', port: fallback.port });
  return (yaml) => ({ value, line: yaml.lineOf(['bindAddress'], true) });
}
