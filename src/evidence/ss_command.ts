import { basename } from 'node:path';
import type { Protocol } from '../kernel/sockets/listener.js';

/** What an ss command prints, as far as its options tell. */
export interface SsCommand {
  /** null: the options do not name them. In the set, null stands for kinds that are not evaluated. */
  readonly kinds: ReadonlySet<Protocol | null> | null;
  readonly families: readonly ('ipv4' | 'ipv6')[];
  /** It leaves out sockets, for a reason that is none of the above. */
  readonly isFiltered: boolean;
  readonly asksProcesses: boolean;
}

/** `ss -l` or `ss -a` without any kind or family, as its first rows show. The last may have been cut, so no kind is sure. */
export const LISTS_ALL: SsCommand = {
  kinds: null,
  families: ['ipv4', 'ipv6'],
  isFiltered: false,
  asksProcesses: false,
};

/** A line that is no row and no header, with `ss` and options: a prompt, `Every 2.0s: ss -ltn`, `=== ss -ltn ===`. */
const COMMAND = /(?:^|[\s/:])ss((?:[ \t]+-{1,2}[\w-]+)+)(.*)$/;

const KINDS: Readonly<Record<string, Protocol | null>> = {
  ...{ t: 'tcp', u: 'udp', x: 'unix', w: null, d: null, S: null, M: null, '0': null },
  ...{ tcp: 'tcp', udp: 'udp', unix: 'unix', raw: null, dccp: null, sctp: null, mptcp: null, packet: null },
  ...{ vsock: null, xdp: null, tipc: null },
};

/** Options that leave no socket out. Others, such as -N for another namespace, may. */
const NEUTRAL =
  /^(?:[lanrpeimoObTZzH46]|listening|all|numeric|resolve|processes|extended|info|memory|options|oneline|threads|contexts?|no-header|tos|cgroup|bpf|inet-sockopt|ipv[46])$/;

/** Words of ss filters (ss(8)), and any program behind a pipe that is not known to pass everything on. */
const FILTER = /\b(?:sport|dport|src|dst|state|exclude|dev|fwmark|not)\b|\|(?!\s*(?:sudo\s+)?(?:tee|cat|less|more)\b)/;

/** The command in a line; null if there is none. */
export function commandIn(line: string): SsCommand | null {
  const [, options = '', rest = ''] = COMMAND.exec(line) ?? [];
  return options === '' ? null : commandOf(options.trim().split(/\s+/), hasFilter(rest));
}

/** Whether what follows the options of a command leaves out lines. */
export function hasFilter(rest: string): boolean {
  return FILTER.test(rest);
}

/** `ss_-plntu`, `ss -plnt`, `sudo-ss_-plnt.txt`, `sstunlp4`, `ss.log`: collectors name files after the command. */
const NAME =
  /^(?:sudo[-_ ])?(?:usr[-_.]s?bin[-_.])?ss(?<separator>[-_ ]+-?)?(?<options>[A-Za-z0-9]+)?(?:\.(?:txt|log|out))?$/;

/** The command in a file's name; null if there is none. */
export function commandInName(path: string): SsCommand | null {
  const options = NAME.exec(basename(path))?.groups?.['options'];
  if (options === undefined) return null;
  const command = commandOf([`-${options}`], false);
  // `ss_lab` is the name of something else.
  return command.kinds === null || command.isFiltered ? null : command;
}

/** Whether a file is named after an ss command that lists listeners, unlike `ss_-s`. */
export function hasSsName(path: string): boolean {
  const { separator, options } = NAME.exec(basename(path))?.groups ?? {};
  if (options !== undefined) return separator !== undefined && /[la]/.test(options);
  return NAME.test(basename(path)) && separator === undefined;
}

function commandOf(words: readonly string[], hasFilter: boolean): SsCommand {
  const options = words.flatMap((word) => (word.startsWith('--') ? [word.slice(2)] : [...word.slice(1)]));
  const kinds = options.flatMap((option) => (Object.hasOwn(KINDS, option) ? [KINDS[option] ?? null] : []));
  const isKnown = (option: string): boolean => Object.hasOwn(KINDS, option) || NEUTRAL.test(option);
  const listsListeners = options.some((option) => /^(?:[la]|listening|all)$/.test(option));
  const asks = (short: string, long: string): boolean => options.includes(short) || options.includes(long);
  const [only4, only6] = [asks('4', 'ipv4'), asks('6', 'ipv6')];
  return {
    kinds: kinds.length === 0 || !listsListeners ? null : new Set(kinds),
    families: only4 === only6 ? ['ipv4', 'ipv6'] : only4 ? ['ipv4'] : ['ipv6'],
    isFiltered: hasFilter || !options.every(isKnown),
    asksProcesses: asks('p', 'processes'),
  };
}
