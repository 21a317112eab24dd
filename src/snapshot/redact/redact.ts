import { replaceParams } from '../../base/coded.js';
import type { CoverageSource } from '../../base/coverage.js';
import { assertArgument, assertKeys, assertObject, assertSnapshot, assertSpec } from '../../base/validate.js';
import type { NetworkInterface } from '../../kernel/network/addresses.js';
import type { SocketFile } from '../../kernel/sockets/socket_file.js';
import type { Setting } from '../../node/setting.js';
import { builtinSpec } from '../../spec/builtin.js';
import type { Spec } from '../../spec/spec.js';
import { VERDICTS, type Verdict } from '../../verdict/finding.js';
import { PAGE_CODES } from '../../verdict/page_remarks.js';
import { ROLE_CODES } from '../../verdict/role_codes.js';
import { faultsText } from '../../verdict/text/coverage.js';
import { roleSourceText } from '../../verdict/text/role.js';
import type { NamespaceDocument, SnapshotDocument } from '../document/document.js';
import { withText } from '../document/spec_part.js';
import { claimOf, unaskedOf } from './claims.js';
import { eventOf, listenersOf } from './events.js';
import { configurationOf, faultsOf, findingOf } from './findings.js';
import { REDACTED, Redaction } from './redaction.js';
import { ownedOf, socketOf } from './sockets.js';

/** The key for pseudonyms, and the spec whose names and texts are kept. */
export interface RedactOptions {
  /**
   * At least 16 bytes. With the same key, the same thing has the same pseudonym in every document. Default: a new random key,
   * which is not stored.
   */
  readonly key?: string | Uint8Array | undefined;
  /** Default: the built-in page and notes. */
  readonly spec?: Spec | undefined;
}

/** In bytes. Shorter keys could be guessed, and with them the original names. */
export const MIN_KEY_LENGTH = 16;

/**
 * Replaces identifying names, addresses, ids and paths with pseudonyms. The result is evaluated like the original. Ports,
 * loopback and wildcard addresses, pids, socket numbers, times, and names from the spec or found on any Linux machine are
 * kept. Every field is copied explicitly, so that unknown fields are dropped. Sentences are rendered again from their codes;
 * those of a document without codes are dropped. Pure, except for the random key.
 * @throws SockwatchError ERR_USAGE for an invalid snapshot and for a short key
 */
export function redact(document: SnapshotDocument, options: RedactOptions = {}): SnapshotDocument {
  assertSnapshot(document);
  const to = redactionOf(options);
  const { generator, node, summary, coverage } = document;
  const sockets = document.sockets.map((socket) => socketOf(socket, to));
  const bound = (document.bound ?? []).map((socket) => ownedOf(socket, to));
  const gone = (document.events ?? []).flatMap(listenersOf).map((socket) => ownedOf(socket, to));
  const interfaces = node.interfaces.map((one) => interfaceOf(one, to));
  const files = document.files.map((file) => fileOf(file, to));
  const sources = coverage.sources.map((source) => sourceOf(source, to));
  const services =
    node.services?.map(({ unit, enabled, pids, comm }) => ({
      unit: to.name(unit),
      enabled,
      pids: pids === null ? null : [...pids],
      comm: comm === null ? null : to.name(comm),
    })) ?? null;
  const roleReason = node.roleReason === null ? null : replaceParams(ROLE_CODES, node.roleReason, to.replacers);
  const context = {
    sockets: new Map([...gone, ...sockets, ...bound].map((socket) => [socket.id, socket])),
    coverage: { complete: coverage.complete, sources },
    node: { defaultAddresses: node.defaultAddresses.map((address) => to.address(address)), services },
  };
  return {
    schemaVersion: 1,
    generator: { name: generator.name, version: to.version(generator.version) },
    capturedAt: document.capturedAt,
    redacted: { keyId: document.redacted ? to.keyIdAfter(document.redacted.keyId) : to.keyId },
    node: {
      hostname: to.host(node.hostname),
      kernel: to.version(node.kernel),
      netns: node.netns,
      role: node.role,
      roleSource: roleReason === null ? REDACTED : roleSourceText(roleReason, context.sockets),
      roleReason,
      defaultInterface: node.defaultInterface === null ? null : interfaceOf(node.defaultInterface, to),
      defaultAddresses: node.defaultAddresses.map((address) => to.address(address)),
      defaultSource: node.defaultSource,
      interfaces,
      ephemeralPorts:
        node.ephemeralPorts === null ? null : { from: node.ephemeralPorts.from, to: node.ephemeralPorts.to },
      isInstalled: node.isInstalled,
      isBootstrapped: node.isBootstrapped,
      release: node.release === null ? null : to.version(node.release),
      configuration: node.configuration?.map((setting) => settingOf(setting, to)) ?? null,
      services,
      networkFeature: node.networkFeature,
    },
    spec: {
      title: to.prose(document.spec.title),
      source: to.source(document.spec.source),
      release: to.orNull(document.spec.release, to.version),
      sha256: document.spec.sha256,
      notes: document.spec.notes.map((source) => to.source(source)),
      remarks: document.spec.remarks.map((remark) => withText(replaceParams(PAGE_CODES, remark, to.replacers))),
    },
    summary: {
      result: summary.result,
      failOn: summary.failOn,
      verdicts: Object.fromEntries(VERDICTS.map((one) => [one, summary.verdicts[one]])) as Record<Verdict, number>,
      byName: summary.byName,
    },
    findings: document.findings.map((finding) => findingOf(finding, to, context)),
    ...(document.claims === undefined ? {} : { claims: document.claims.map((claim) => claimOf(claim, to)) }),
    ...(document.unasked === undefined ? {} : { unasked: document.unasked.map((one) => unaskedOf(one, to)) }),
    ...(document.events === undefined ? {} : { events: document.events.map((event) => eventOf(event, to, context)) }),
    ...(document.eventsDropped === undefined ? {} : { eventsDropped: document.eventsDropped }),
    sockets,
    ...(bound.length === 0 ? {} : { bound }),
    namespaces: document.namespaces?.map((namespace) => namespaceOf(namespace, to)) ?? null,
    files,
    coverage: context.coverage,
  };
}

/** @throws SockwatchError ERR_USAGE */
/** @throws SockwatchError ERR_USAGE for invalid options, as a key that is short */
export function redactionOf(options: RedactOptions): Redaction {
  assertObject('options are an object', options);
  assertKeys(options, { key: true, spec: true });
  checkKey(options.key);
  const spec = options.spec ?? builtinSpec();
  assertSpec(spec);
  return new Redaction(spec, options.key);
}

function checkKey(key: unknown): void {
  if (key === undefined) return;
  // The message must not repeat the key.
  assertArgument(typeof key === 'string' || key instanceof Uint8Array, 'key is a string or Uint8Array', typeof key);
  const length = Buffer.byteLength(key as string | Uint8Array);
  assertArgument(length >= MIN_KEY_LENGTH, `key has at least ${MIN_KEY_LENGTH} bytes`, length);
}

function interfaceOf({ name, index, addresses }: NetworkInterface, to: Redaction): NetworkInterface {
  return { name: to.device(name), index, addresses: addresses.map((address) => to.address(address)) };
}

function fileOf({ path, state, device, inode, mountDevice, isProtected }: SocketFile, to: Redaction): SocketFile {
  return { path: to.path(path), state, device, inode, mountDevice, isProtected };
}

function namespaceOf(namespace: NamespaceDocument, to: Redaction): NamespaceDocument {
  const { netns, name, processes, pods, podNames, containers, error } = namespace;
  const errors = faultsOf(namespace.errors, to);
  return {
    netns,
    name: to.orNull(name, to.name),
    processes,
    pods: pods.map((pod) => to.name(pod)),
    ...(podNames === undefined ? {} : { podNames: podNames.map((one) => one.split('/').map(to.name).join('/')) }),
    containers: containers.map((container) => to.name(container)),
    error: faultsText(errors) ?? (error === null ? null : REDACTED),
    errors,
  };
}

export function sourceOf(source: CoverageSource, to: Redaction): CoverageSource {
  const { name, via, status, error, rows, ms } = source;
  const [errors, notes] = [faultsOf(source.errors, to), faultsOf(source.notes, to)];
  return {
    name: to.sourceWord(name),
    via: via.split(', ').map(to.sourceWord).join(', '),
    status,
    error: faultsText(errors) ?? (error === null ? null : REDACTED),
    note: faultsText(notes),
    errors,
    notes,
    rows,
    ms,
  };
}

function settingOf({ service, running, ...setting }: Setting, to: Redaction): Setting {
  return {
    service: to.name(service),
    ...configurationOf(setting, to),
    running: running === null ? null : to.setting(running),
  };
}
