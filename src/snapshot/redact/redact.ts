import { type Replacers, replaceParams, UNCODED } from '../../base/coded.js';
import type { CoverageSource } from '../../base/coverage.js';
import { COVERAGE_CODES, type CoverageFault } from '../../base/coverage_codes.js';
import { assertArgument, assertObject, assertSnapshot, assertSpec } from '../../base/validate.js';
import type { NetworkInterface } from '../../kernel/network/facts.js';
import type { Origin, OwnedListener, Owner, ProcessOwner } from '../../kernel/owners/owner.js';
import type { SocketFile } from '../../kernel/sockets/socket_file.js';
import { builtinSpec } from '../../spec/builtin.js';
import type { Spec } from '../../spec/spec.js';
import { FINDING_CODES, ROLE_CODES } from '../../verdict/codes.js';
import { type Expected, type Finding, VERDICTS, type Verdict } from '../../verdict/finding.js';
import { faultsText } from '../../verdict/text/coverage.js';
import { type FindingContext, renderFinding } from '../../verdict/text/finding.js';
import { roleSourceText } from '../../verdict/text/role.js';
import type { NamespaceDocument, SnapshotDocument } from '../document/document.js';
import { Redaction } from './redaction.js';

/** Under which key, and whose names are known everywhere. */
export interface RedactOptions {
  /**
   * Under one key, of 16 bytes or more, the same thing has the same name in every file. Default: a new random key, which is
   * then forgotten.
   */
  readonly key?: string | Uint8Array;
  /** Whose names and words stay readable. Default: the built-in page and notes. */
  readonly spec?: Spec;
}

/** A shorter key could be found by trying, and with it what the pseudonyms stand for. */
export const SHORTEST_KEY = 16;

/**
 * A snapshot in which addresses, names, ids, paths and arguments that tell whose node it is are replaced by pseudonyms,
 * and which is judged as the original is. Ports, loopback, wildcard, numbers of processes and sockets, times, and whatever
 * the page, its notes and any Linux machine know stay as they are. Every field is made anew, so that one that is not
 * mentioned here is not in the result. Pure, but for the random key.
 * @throws SockwatchError ERR_USAGE for what is no snapshot, and for a key that is too short
 */
export function redact(document: SnapshotDocument, options: RedactOptions = {}): SnapshotDocument {
  assertSnapshot(document);
  assertObject('options are an object', options);
  checkKey(options.key);
  const spec = options.spec ?? builtinSpec();
  assertSpec(spec);
  const to = new Redaction(spec, options.key);
  const { generator, node, summary, coverage } = document;
  // First whatever has names in fields of their own, so that they are known when they are met in sentences.
  const sockets = document.sockets.map((socket) => socketOf(socket, to));
  const interfaces = node.interfaces.map((one) => interfaceOf(one, to));
  const files = document.files.map((file) => fileOf(file, to));
  const sources = coverage.sources.map((source) => sourceOf(source, to));
  const replacers = replacersOf(to);
  const roleReason = node.roleReason === null ? null : replaceParams(ROLE_CODES, node.roleReason, replacers);
  const context = {
    sockets: new Map(sockets.map((socket) => [socket.id, socket])),
    coverage: { complete: coverage.complete, sources },
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
      roleSource: roleReason === null ? to.text(node.roleSource) : roleSourceText(roleReason, context.sockets),
      roleReason,
      defaultInterface: node.defaultInterface === null ? null : interfaceOf(node.defaultInterface, to),
      interfaces,
      ephemeralPorts:
        node.ephemeralPorts === null ? null : { from: node.ephemeralPorts.from, to: node.ephemeralPorts.to },
    },
    spec: {
      title: document.spec.title === spec.title ? spec.title : to.text(document.spec.title),
      source: to.source(document.spec.source),
      sha256: document.spec.sha256,
      notes: document.spec.notes.map((source) => to.source(source)),
    },
    summary: {
      result: summary.result,
      failOn: summary.failOn,
      verdicts: Object.fromEntries(VERDICTS.map((one) => [one, summary.verdicts[one]])) as Record<Verdict, number>,
    },
    findings: document.findings.map((finding) => findingOf(finding, to, context)),
    sockets,
    namespaces: document.namespaces?.map((namespace) => namespaceOf(namespace, to)) ?? null,
    files,
    coverage: context.coverage,
  };
}

function checkKey(key: unknown): void {
  if (key === undefined) return;
  // What was given must not be repeated in a message.
  assertArgument(
    typeof key === 'string' || key instanceof Uint8Array,
    'the type of key is string or Uint8Array',
    typeof key,
  );
  const length = Buffer.byteLength(key as string | Uint8Array);
  assertArgument(length >= SHORTEST_KEY, `key has at least ${SHORTEST_KEY} bytes`, length);
}

function interfaceOf({ name, index, addresses }: NetworkInterface, to: Redaction): NetworkInterface {
  return { name: to.device(name), index, addresses: addresses.map((address) => to.address(address)) };
}

type DocumentSocket = SnapshotDocument['sockets'][number];

function socketOf(socket: DocumentSocket, to: Redaction): DocumentSocket {
  const { address, device, path, abstract, file, backlog, explainedBy } = socket;
  const listener: OwnedListener = {
    id: to.socketId(socket.id),
    protocol: socket.protocol,
    family: socket.family,
    state: socket.state,
    type: socket.type,
    address: to.orNull(address, to.address),
    port: socket.port,
    device: to.orNull(device, to.device),
    v6only: socket.v6only,
    path: to.orNull(path, to.path),
    abstract: to.orNull(abstract, to.abstract),
    file: file === null ? null : { device: file.device, inode: file.inode },
    inode: socket.inode,
    cookie: socket.cookie,
    uid: socket.uid === null ? null : to.uid(socket.uid),
    netns: socket.netns,
    backlog: backlog === null ? null : { current: backlog.current, max: backlog.max },
    drops: socket.drops,
    cgroupId: socket.cgroupId,
    owners: socket.owners.map((owner) => ownerOf(owner, to)),
    ownersUnknown: socket.ownersUnknown,
    origin: socket.origin === null ? null : originOf(socket.origin, to),
  };
  return { ...listener, explainedBy: { by: explainedBy.by, text: to.orNull(explainedBy.text, to.text) } };
}

function ownerOf(owner: Owner, to: Redaction): Owner {
  switch (owner.kind) {
    case 'kernel':
      return { kind: 'kernel', device: to.device(owner.device), deviceKind: to.name(owner.deviceKind) };
    case 'process':
      return processOf(owner, to);
  }
}

function processOf(owner: ProcessOwner, to: Redaction): ProcessOwner {
  return {
    kind: 'process',
    pid: owner.pid,
    fd: owner.fd,
    comm: owner.comm === null ? null : to.comm(owner.comm, owner),
    exe: to.orNull(owner.exe, to.path),
    argv0: to.orNull(owner.argv0, to.path),
    ...originOf(owner, to),
    startedAt: to.time(owner.startedAt),
  };
}

function originOf({ cgroup, unit, pod, container }: Origin, to: Redaction): Origin {
  return {
    cgroup: to.orNull(cgroup, to.path),
    unit: to.orNull(unit, to.name),
    pod: to.orNull(pod, to.name),
    container: to.orNull(container, to.name),
  };
}

function fileOf({ path, state, device, inode }: SocketFile, to: Redaction): SocketFile {
  return { path: to.path(path), state, device, inode };
}

function findingOf(finding: Finding, to: Redaction, context: FindingContext): Finding {
  const fields = {
    verdict: finding.verdict,
    severity: finding.severity,
    expected: finding.expected === null ? null : expectedOf(finding.expected, to),
    sockets: finding.sockets.map((id) => to.socketId(id)),
    matchedBy: finding.matchedBy,
  };
  if (finding.code === null) {
    const [message, reason] = [to.text(finding.message), to.orNull(finding.reason, to.text)];
    return { ...fields, ...UNCODED, message, reason, advice: null };
  }
  return renderFinding({ ...fields, ...replaceParams(FINDING_CODES, finding, replacersOf(to)) }, context);
}

function replacersOf(to: Redaction): Replacers {
  return {
    word: (word) => word,
    words: (words) => words,
    count: (count) => count,
    seconds: (seconds) => seconds,
    errno: (errno) => errno,
    version: to.version,
    hostname: to.host,
    errorText: to.text,
    service: to.name,
    services: (names) => names.map(to.name),
    path: to.path,
    devices: (names) => names.map(to.device),
    socketIds: (ids) => ids.map((id) => to.socketId(id)),
    prose: to.text,
  };
}

function expectedOf({ service, host, port, protocol, path, role }: Expected, to: Redaction): Expected {
  return {
    service: to.name(service),
    host: to.orNull(host, to.text),
    port,
    protocol,
    path: to.orNull(path, to.path),
    role,
  };
}

function namespaceOf(namespace: NamespaceDocument, to: Redaction): NamespaceDocument {
  const { netns, name, processes, pods, containers, error } = namespace;
  const errors = faultsOf(namespace.errors, to);
  return {
    netns,
    name: to.orNull(name, to.name),
    processes,
    pods: pods.map((pod) => to.name(pod)),
    containers: containers.map((container) => to.name(container)),
    error: faultsText(errors) ?? to.orNull(error, to.text),
    errors,
  };
}

function faultsOf(faults: readonly CoverageFault[], to: Redaction): CoverageFault[] {
  return faults.map((fault) => replaceParams(COVERAGE_CODES, fault, replacersOf(to)));
}

function sourceOf(source: CoverageSource, to: Redaction): CoverageSource {
  const { name, via, status, error, note, rows, ms } = source;
  const [errors, notes] = [faultsOf(source.errors, to), faultsOf(source.notes, to)];
  return {
    name: to.text(name),
    via: to.text(via),
    status,
    error: faultsText(errors) ?? to.orNull(error, to.text),
    note: faultsText(notes) ?? to.orNull(note, to.text),
    errors,
    notes,
    rows,
    ms,
  };
}
