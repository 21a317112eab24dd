import { dirname } from 'node:path';
import { inputError } from '../base/input_error.js';
import { distance, nearest } from '../base/nearest.js';
import { readInput } from '../base/read_file.js';
import { decodeSource } from '../base/text_source.js';
import { readYaml, type YamlInput } from '../spec/yaml_input.js';
import {
  type BootstrapConfig,
  CONTAINERD_SOCKET,
  type ConfiguredSetting,
  DATASTORES,
  DEFAULT_BOOTSTRAP,
  READ_ONLY_PORT,
} from './bootstrap.js';
import { endpointText, portOf, storedValue } from './flag_value.js';
import { FLAGS, SERVICES } from './flags.js';

const TUNNEL_PORT = 'k8sd/v1alpha1/cilium/tunnel-port';

/** Keys that set a port of services, and to what they set their flags. */
const PORT_KEYS: readonly { key: string; flags: readonly (readonly [string, string, (port: number) => string])[] }[] = [
  {
    key: 'secure-port',
    flags: [
      ['kube-apiserver', '--secure-port', String],
      ['k8s-apiserver-proxy', '--listen', (port) => endpointText({ address: null, port })],
    ],
  },
  { key: 'etcd-port', flags: [['etcd', '--listen-client-urls', (port) => `https://127.0.0.1:${port}`]] },
  { key: 'etcd-peer-port', flags: [['etcd', '--listen-peer-urls', (port) => `https://127.0.0.1:${port}`]] },
  { key: 'k8s-dqlite-port', flags: [['k8s-dqlite', 'Address', (port) => `127.0.0.1:${port}`]] },
];

/** Keys that decide an address, or what is needed. */
const DECIDING_KEYS: readonly string[] = [
  ...PORT_KEYS.map(({ key }) => key),
  ...SERVICES.map((service) => `extra-node-${service}-args`),
  'cluster-config',
  'containerd-base-dir',
  'datastore-type',
];

/**
 * Reads a file for `k8s bootstrap --file` or `k8s join-cluster --file`. Keys that decide no address are passed over: such files hold
 * private keys, so errors repeat nothing of it.
 * @throws SockwatchError ERR_INPUT with the line
 */
export async function readBootstrapConfig(file: string): Promise<BootstrapConfig> {
  return parseBootstrapConfig(file, await readInput(file, LIMIT));
}

const LIMIT = { maxBytes: 1024 * 1024, hint: 'Is this the right file? A bootstrap configuration has a few kilobytes.' };

/** Parses the contents of `file`. Throws ERR_INPUT. */
export function parseBootstrapConfig(file: string, bytes: Uint8Array): BootstrapConfig {
  const yaml = new Values(file, readYaml(decodeSource(file, bytes), false));
  yaml.refuseMisspelt(DECIDING_KEYS);
  const cluster = 'cluster-config';
  const isOn = (feature: string, fallback: boolean): boolean => yaml.boolean([cluster, feature, 'enabled']) ?? fallback;
  const base = yaml.path(['containerd-base-dir']);
  const settings = settingsIn(yaml, file);
  const socket = settings.find(({ service }) => service === 'containerd')?.value;
  return {
    file,
    settings,
    securePort: yaml.port(['secure-port']) ?? DEFAULT_BOOTSTRAP.securePort,
    readOnlyPort: readOnlyPort(yaml),
    datastore: yaml.oneOf(['datastore-type'], DATASTORES) ?? DEFAULT_BOOTSTRAP.datastore,
    hasNetwork: isOn('network', DEFAULT_BOOTSTRAP.hasNetwork),
    hasLoadBalancer: isOn('load-balancer', DEFAULT_BOOTSTRAP.hasLoadBalancer),
    hasEnvoy: isOn('gateway', true) || isOn('ingress', false),
    tunnelPort: yaml.port([cluster, 'annotations', TUNNEL_PORT]) ?? DEFAULT_BOOTSTRAP.tunnelPort,
    containerdSocket: socket ?? `${base ?? ''}${CONTAINERD_SOCKET}`,
    containerdDirectory: dirname(`${base ?? ''}${CONTAINERD_SOCKET}`),
  };
}

function readOnlyPort(yaml: Values): number | null {
  const path = ['extra-node-kubelet-args', '--read-only-port'];
  return yaml.isNull(path) ? READ_ONLY_PORT : yaml.port(path);
}

/** Arguments of a service come last, so they take precedence. */
function settingsIn(yaml: Values, file: string): ConfiguredSetting[] {
  const byFlag = new Map<string, ConfiguredSetting>();
  const set = (service: string, flag: string, key: string, value: string, line: number, given = value): void => {
    const source = { kind: 'arguments-file', path: file, line } as const;
    byFlag.set(`${service} ${flag}`, { service, flag, key, value, given, source, inEffect: null, running: null });
  };
  for (const { key, flags } of PORT_KEYS) {
    const port = yaml.port([key]);
    if (port === null) continue;
    for (const [service, flag, valueFor] of flags) {
      set(service, flag, key, valueFor(port), yaml.lineOf([key]), String(port));
    }
  }
  const base = yaml.path(['containerd-base-dir']);
  if (base !== null) {
    const key = 'containerd-base-dir';
    set('containerd', '--address', key, `${base}${CONTAINERD_SOCKET}`, yaml.lineOf([key]), base || '/');
  }
  for (const service of SERVICES) {
    const key = `extra-node-${service}-args`;
    yaml.assertMap([key]);
    for (const { name, kind, default: fallback } of FLAGS.filter((flag) => flag.service === service)) {
      const path = [key, name];
      const text = yaml.isNull(path) ? fallback : yaml.text(path);
      if (text === null) continue;
      const value = storedValue(kind, text);
      if (value === null) throw yaml.fault(path, EXPECTED[kind]);
      set(service, name, `${key} ${name}`, value, yaml.lineOf(path));
    }
  }
  return [...byFlag.values()];
}

const EXPECTED = {
  port: 'a port from 0 to 65535',
  address: 'an address',
  endpoint: 'an address with a port, such as 127.0.0.1:10256',
  urls: 'URLs with addresses and ports',
  path: 'an absolute path',
} as const;

/** Of YAML 1.1, which the vendor's parser reads. */
const YES = ['true', 'yes', 'on', 'y'];
const NO = ['false', 'no', 'off', 'n'];

/** More differences than these are another key. */
const MAX_SLIPS = 2;
const MAX_KEY_LENGTH = 60;

/** Values of a YAML file by their path. */
class Values {
  readonly #file: string;
  readonly #yaml: YamlInput;

  constructor(file: string, yaml: YamlInput) {
    this.#file = file;
    this.#yaml = yaml;
    if (yaml.value !== null && yaml.value !== undefined) this.assertMap([]);
  }

  lineOf(path: readonly string[]): number {
    return this.#yaml.lineOf(path, false);
  }

  fault(path: readonly string[], expected: string): Error {
    const what = path.length === 0 ? expected : `${expected} as ${path.join(' ')}`;
    return inputError({ file: this.#file, line: this.lineOf(path), expected: what, found: 'something else' });
  }

  #misspelt(key: string, meant: string): Error {
    const line = this.#yaml.lineOf([key], true);
    return inputError({ file: this.#file, line, expected: meant, found: 'a key that is nearly the same' });
  }

  isNull(path: readonly string[]): boolean {
    return this.#at(path) === null;
  }

  assertMap(path: readonly string[]): void {
    const value = this.#at(path);
    if (value === undefined || value === null) return;
    if (typeof value !== 'object' || Array.isArray(value)) throw this.fault(path, 'a map');
  }

  /** A scalar as text; null: there is none. */
  text(path: readonly string[]): string | null {
    const value = this.#at(path);
    if (value === undefined || value === null) return null;
    if (typeof value === 'object') throw this.fault(path, 'one value');
    return String(value);
  }

  port(path: readonly string[]): number | null {
    const text = this.text(path);
    if (text === null) return null;
    const port = portOf(text);
    if (port === null) throw this.fault(path, EXPECTED.port);
    return port;
  }

  /** Without a slash at its end; empty for the root. */
  path(path: readonly string[]): string | null {
    const text = this.text(path);
    if (text === null || text === '') return null;
    const value = storedValue('path', text);
    if (value === null) throw this.fault(path, EXPECTED.path);
    return value.replace(/\/$/, '');
  }

  boolean(path: readonly string[]): boolean | null {
    const text = this.text(path)?.toLowerCase() ?? null;
    if (text === null) return null;
    if (YES.includes(text) || NO.includes(text)) return YES.includes(text);
    throw this.fault(path, 'true or false');
  }

  /** A key that is nearly one of these: it would be ignored. */
  refuseMisspelt(keys: readonly string[]): void {
    const { value } = this.#yaml;
    for (const key of Object.keys(value ?? {})) {
      const meant = key.length > MAX_KEY_LENGTH || keys.includes(key) ? null : nearest(key, keys);
      if (meant !== null && distance(key, meant) <= MAX_SLIPS) throw this.#misspelt(key, meant);
    }
  }

  oneOf<Value extends string>(path: readonly string[], values: readonly Value[]): Value | null {
    const text = this.text(path);
    if (text === null) return null;
    const found = values.find((one) => one === text);
    if (found === undefined) throw this.fault(path, values.join(', '));
    return found;
  }

  /** undefined: there is none. */
  #at(path: readonly string[]): unknown {
    let value = this.#yaml.value;
    for (const [depth, key] of path.entries()) {
      if (value === null || value === undefined) return undefined;
      if (typeof value !== 'object' || Array.isArray(value)) throw this.fault(path.slice(0, depth), 'a map');
      value = Object.hasOwn(value, key) ? Reflect.get(value, key) : undefined;
    }
    return value;
  }
}
