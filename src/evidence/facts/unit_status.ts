/** What `systemctl status` says of one unit. */
export interface UnitStatus {
  /** null: it is not known to systemd. */
  readonly unit: string | null;
  /** null: the status does not say. */
  readonly enabled: boolean | null;
  /** null: it has processes, which are not listed. */
  readonly pids: readonly number[] | null;
  /** Also of a process that has ended. */
  readonly mainPid: number | null;
  /** Whether the unit is about to start, stop or restart. */
  readonly isChanging: boolean;
  /** Of the main process. */
  readonly comm: string | null;
  readonly cgroup: string | null;
}

const TITLE = /^\S (\S+\.service)(?: - .*)?$/;

/** Of a tree: `├─1234 /snap/…`, or with `|-` and `` `- `` in ASCII. */
const PROCESS = /^[\s\u2502|]*(?:[\u251c\u2514]\u2500|[|`]-)\s*(\d{1,10}) /;

/**
 * The output of `systemctl status UNIT`; null if it is none. Below the first empty line is the journal, in which anybody can write.
 * Pure.
 */
export function parseUnitStatus(text: string): UnitStatus | null {
  if (/^Unit \S+ could not be found\.$/m.test(text.split('\n', 1)[0] ?? '')) {
    return { unit: null, enabled: null, pids: [], mainPid: null, isChanging: false, comm: null, cgroup: null };
  }
  const [head = ''] = text.replace(/^(?:Warning: .*\n)+/, '').split('\n\n', 1);
  const lines = head.split('\n');
  const unit = TITLE.exec(lines[0] ?? '')?.[1];
  const field = (name: string): string | null =>
    lines.find((line) => line.trimStart().startsWith(`${name}: `))?.replace(/^\s*[^:]*: /, '') ?? null;
  const active = field('Active');
  if (unit === undefined || active === null) return null;
  const word = /; (enabled|disabled|static|masked|enabled-runtime)\b/.exec(field('Loaded') ?? '')?.[1];
  const cgroupAt = lines.findIndex((line) => line.trimStart().startsWith('CGroup: '));
  const tree = cgroupAt < 0 ? [] : lines.slice(cgroupAt + 1);
  const pids = tree.flatMap((line) => PROCESS.exec(line)?.[1] ?? []).map(Number);
  const hasNone = /^(?:inactive|failed|activating \(auto-restart\))/.test(active);
  const [, main, comm] = /^(\d{1,10}) \((?:code=|(.{1,15})\))/.exec(field('Main PID') ?? '') ?? [];
  return {
    unit,
    enabled: word === undefined ? null : word.startsWith('enabled'),
    pids: pids.length > 0 || hasNone ? pids : null,
    mainPid: main === undefined ? null : Number(main),
    isChanging: /^(?:de)?activating|^reloading/.test(active),
    comm: comm ?? null,
    cgroup: field('CGroup'),
  };
}
