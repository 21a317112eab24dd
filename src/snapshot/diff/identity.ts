import { basename } from 'node:path';
import type { OwnedListener, Owner, ProcessOwner } from '../../kernel/owners/owner.js';
import { programName } from '../../verdict/text/format.js';

/** The owners of a listener, without what changes with a restart: pids, ids of pods and containers. */
export interface Identity {
  /** null if the owners are unknown. */
  readonly key: string | null;
  /** For display. */
  readonly program: string;
  readonly programs: readonly Program[];
}

/** Facts that could not be read are null. */
interface Program {
  readonly name: string;
  readonly file: string | null;
  /** The systemd unit, or what there is instead; null if the cgroup could not be read. */
  readonly home: string | null;
}

export function identityOf({ owners }: Pick<OwnedListener, 'owners'>): Identity {
  const seen = owners.filter((owner) => !hasExited(owner)).map(programOf);
  const programs = [...new Map(seen.map((program) => [keyOf(program), program])).values()];
  const sorted = programs.sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
  const names = [...new Set(sorted.map(({ name }) => name))];
  return {
    key: sorted.length === 0 ? null : sorted.map(keyOf).join(' '),
    program: names.length === 0 ? 'an unknown owner' : names.join(' and '),
    programs: sorted,
  };
}

/** Whether all facts that are known of both agree. */
export function mayBeSame(a: Identity, b: Identity): boolean {
  const isLike = (one: Program) => (other: Program) =>
    one.name === other.name && agree(one.file, other.file) && agree(one.home, other.home);
  return (
    a.programs.length > 0 &&
    a.programs.length === b.programs.length &&
    a.programs.every((one) => b.programs.some(isLike(one)))
  );
}

function agree(a: string | null, b: string | null): boolean {
  return a === null || b === null || a === b;
}

function keyOf({ name, file, home }: Program): string {
  return JSON.stringify([name, file, home]);
}

/** It exited while it was being read: only its pid is known. */
function hasExited(owner: Owner): boolean {
  return owner.kind === 'process' && owner.comm === null && owner.exe === null && owner.argv0 === null;
}

function programOf(owner: Owner): Program {
  if (owner.kind === 'kernel') return { name: owner.device, file: owner.deviceKind, home: 'kernel' };
  const file = owner.exe === null ? null : basename(owner.exe.replace(/ \(deleted\)$/, ''));
  return { name: owner.comm === null ? (file ?? '') : programName(owner), file, home: homeOf(owner) };
}

function homeOf({ unit, pod, container, cgroup }: ProcessOwner): string | null {
  if (unit !== null) return unitKey(unit);
  if (pod !== null) return 'pod';
  if (container !== null) return 'container';
  return cgroup === null ? null : '';
}

/** Without the numbers of login sessions and transient units, and the instances of units. */
function unitKey(unit: string): string {
  return withoutIds(unit.replace(/^session-c?\d+\.scope$/, 'session.scope').replace(/@[^.]*(?=\.)/, '@'));
}

/** UUIDs and runs of twelve hex digits or more: ids of pods, containers, sandboxes and systemd. */
const ID =
  /[0-9a-f]{8}[_-][0-9a-f]{4}[_-][0-9a-f]{4}[_-][0-9a-f]{4}[_-][0-9a-f]{12}|(?<![0-9a-z])[0-9a-f]{12,}(?![0-9a-z])/gi;

export function withoutIds(name: string): string {
  return name.replace(ID, '*');
}

/**
 * The name of a unix socket without what changes with a restart: ids and the pid of its owner. Abstract names of five hex
 * digits are chosen by the kernel (autobind, unix(7)).
 */
export function unixNameOf(listener: OwnedListener): string {
  const { path, abstract, owners } = listener;
  if (path === null && abstract === null) return '';
  if (abstract !== null && /^[0-9a-f]{5}$/.test(abstract)) return '@*';
  const pids = new Set(owners.flatMap((owner) => (owner.kind === 'process' ? [String(owner.pid)] : [])));
  const name = withoutIds(path ?? `@${abstract}`);
  return name.replace(/\d+/g, (digits) => (pids.has(digits) ? '*' : digits));
}
