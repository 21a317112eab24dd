import { basename } from 'node:path';
import { looksLikeSs } from './ss_rows.js';

/** What a file of a bundle may be good for. */
export type EvidenceKind =
  | 'snapshot'
  | 'ss'
  /** Tells the name of the node that it comes from. */
  | 'hostname';

const MIB = 1024 * 1024;

/** In bytes. A snapshot of a node with 5,000 listeners has 7 MiB, ss text of it 1 MiB. */
export const LARGEST: Readonly<Record<EvidenceKind, number>> = {
  snapshot: 64 * MIB,
  ss: 16 * MIB,
  hostname: 4096,
};

/** As many bytes of a file's beginning as its kind is told by. */
export const HEAD_LENGTH = 1024;

/** `ss_-plntu`, `ss -plnt`, `sudo-ss_-plnt.txt`, `ss.log`: how collectors name a file after the command. */
const SS_NAME = /^(?:sudo[-_ ])?(?:usr[-_.]s?bin[-_.])?ss(?:[-_ ]+-?(?<options>[A-Za-z0-9]+))?(?:\.(?:txt|log|out))?$/;

/** Where collectors put the host name, below the directory of a node. */
const HOSTNAME_PLACES = ['sos_commands/host/hostname', 'etc/hostname', 'hostname'];

/**
 * What a file may be, by its path and the first `HEAD_LENGTH` bytes; null for what is none of ours. A file with ss's name
 * is taken for ss output whatever it holds, so that one that failed is told and not passed over.
 */
export function kindOf(path: string, head: Uint8Array): EvidenceKind | null {
  if (hostnameRoot(path) !== null) return 'hostname';
  const text = Buffer.from(head).toString('latin1');
  if (/^(?:\xef\xbb\xbf)?\s*\{/.test(text)) return path.endsWith('.json') ? 'snapshot' : null;
  return looksLikeSs(text) || isNamedSs(path) ? 'ss' : null;
}

/** Whether a file is named after an ss that lists listeners: others (`ss_-s`) print other things. */
export function isNamedSs(path: string): boolean {
  const match = SS_NAME.exec(basename(path));
  const options = match?.groups?.['options'];
  return match !== null && (options === undefined || /[la]/.test(options));
}

/** The directory, with a slash behind it where it is not the root, for whose node a path tells the host name; or null. */
export function hostnameRoot(path: string): string | null {
  const place = HOSTNAME_PLACES.find((one) => path === one || path.endsWith(`/${one}`));
  return place === undefined ? null : path.slice(0, path.length - place.length);
}

/** RFC 1123, section 2.1, in lower or upper case, and the underscores that people use all the same. */
const HOSTNAME = /^(?=.{1,253}$)[A-Za-z0-9_](?:[A-Za-z0-9_.-]*[A-Za-z0-9_])?$/;

/** The host name in a file; null where it holds anything else. */
export function hostnameIn(bytes: Uint8Array): string | null {
  const text = Buffer.from(bytes).toString('latin1').trim();
  return HOSTNAME.test(text) ? text : null;
}
