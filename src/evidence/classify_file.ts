import { isCompressed, isTar } from './compression.js';
import { factPlace } from './facts/layout.js';
import { hasNetstatName } from './netstat_command.js';
import { looksLikeNetstat } from './netstat_rows.js';
import { hasSsName } from './ss_command.js';
import { ssLines } from './ss_lines.js';
import { looksLikeSs } from './ss_rows.js';

/** `packed`: a compressed file, or an archive, in a bundle. */
export type EvidenceKind = 'snapshot' | 'ss' | 'hostname' | 'fact' | 'packed';

const MIB = 1024 * 1024;

/** A snapshot of a node with 5,000 listeners is 7 MiB, its ss text 1 MiB. */
export const MAX_EVIDENCE_BYTES: Readonly<Record<EvidenceKind, number>> = {
  snapshot: 64 * MIB,
  ss: 16 * MIB,
  hostname: 4096,
  // A list of 10,000 processes, with their command lines.
  fact: 8 * MIB,
  packed: 64 * MIB,
};

/** Bytes at the start of a file that decide its kind. */
export const MAX_HEAD_BYTES = 1024;

/** Paths of the host name file below a node's directory. */
const HOSTNAME_PATHS = ['sos_commands/host/hostname', 'etc/hostname', 'hostname'];

/**
 * The kind of a file by its path and first `MAX_HEAD_BYTES` bytes; null if it is not evidence. A file named after ss
 * or netstat counts as their output in any case, so that a failed run is reported rather than skipped.
 */
export function classifyFile(path: string, head: Uint8Array): EvidenceKind | null {
  // Copies of the kernel's own tables, some of which have the names of commands.
  if (/(?:^|\/)proc\//.test(path)) return null;
  if (isTar(head) || (isCompressed(head) && isWorthUnpacking(path))) return 'packed';
  if (hostnameRoot(path) !== null) return 'hostname';
  if (factPlace(path) !== null) return 'fact';
  const text = Buffer.from(head).toString('latin1');
  if (/^(?:\xef\xbb\xbf)?\s*\{/.test(text)) return path.endsWith('.json') || isOurs(text) ? 'snapshot' : null;
  const lines = ssLines(head);
  const isText = looksLikeSs(lines) || looksLikeNetstat(lines) || hasSsName(path) || hasNetstatName(path);
  if (isText) return 'ss';
  // What --once leaves where it fails, if a shell opened the file.
  return path.endsWith('.json') && text.trim() === '' ? 'snapshot' : null;
}

/** Whether a link has the name of evidence: what it leads to is not read. */
export function isNamedAsEvidence(path: string): boolean {
  return path.endsWith('.json') || hasSsName(path);
}

/** Bundles contain many compressed logs: by its name, this is an archive or evidence. */
function isWorthUnpacking(path: string): boolean {
  if (ARCHIVE_NAME.test(path)) return true;
  const inner = path.replace(COMPRESSED_NAME, '');
  if (inner === path) return false;
  const isNamed =
    hostnameRoot(inner) !== null || factPlace(inner) !== null || hasSsName(inner) || hasNetstatName(inner);
  return isNamed || inner.endsWith('.json');
}

export const ARCHIVE_NAME = /\.(?:tar(?:\.(?:gz|xz|bz2|zst))?|tgz|txz)$/;

export const COMPRESSED_NAME = /\.(?:gz|xz|bz2|zst)$/;

/** Collectors may store a snapshot under any name, as troubleshoot.sh does; ours begin with these fields. */
function isOurs(head: string): boolean {
  return head.includes('"schemaVersion"') && head.includes('"k8s-sockwatch"');
}

/** For a host name file, the node's directory (with a trailing slash unless it is the root); else null. */
export function hostnameRoot(path: string): string | null {
  const suffix = HOSTNAME_PATHS.find((one) => path === one || path.endsWith(`/${one}`));
  return suffix === undefined ? null : path.slice(0, path.length - suffix.length);
}
