import { basename } from 'node:path';
import type { Protocol } from '../kernel/sockets/listener.js';
import { hasFilter } from './ss_command.js';

/** What a netstat command (net-tools) prints, as far as its options tell. */
export interface NetstatCommand {
  readonly kinds: ReadonlySet<Protocol>;
  readonly families: readonly ('ipv4' | 'ipv6')[];
  /** It leaves out sockets, for a reason that is none of the above. */
  readonly isFiltered: boolean;
  /** -W: addresses are not cut. */
  readonly isWide: boolean;
}

const COMMAND = /(?:^|[\s/:])netstat((?:[ \t]+-{1,2}[\w-]+)+)(.*)$/;

/** netstat(8). Without any of them, all kinds are printed. */
const KINDS: Readonly<Record<string, readonly Protocol[]>> = {
  ...{ t: ['tcp'], u: ['udp'], x: ['unix'], w: [], S: [], U: [], '2': [], f: [] },
  ...{ tcp: ['tcp'], udp: ['udp'], unix: ['unix'], raw: [], sctp: [], udplite: [], l2cap: [], rfcomm: [] },
};

/** Options that leave no socket out. */
const NEUTRAL =
  /^(?:[lanNeopvcWTZd46]|all|listening|numeric|numeric-(?:hosts|ports|users)|symbolic|extend|timers|programs?|verbose|continuous|wide|notrim|context|inet6?)$/;

/** The command in a line; null if there is none that lists listeners. */
export function netstatCommandIn(line: string): NetstatCommand | null {
  const [, options = '', rest = ''] = COMMAND.exec(line) ?? [];
  return options === '' ? null : commandOf(options.trim().split(/\s+/), hasFilter(rest));
}

/** `netstat_-W_-neopa`, `netstat -plntu`, `netstat-tulpn.txt`: collectors name files after the command. */
const NAME =
  /^(?:sudo[-_ ])?(?:(?:usr[-_.])?s?bin[-_.])?netstat(?<options>(?:[-_ ]+[A-Za-z0-9]+)*)(?:\.(?:txt|log|out))?$/;

/** The command in a file's name; null if there is none. */
export function netstatCommandInName(path: string): NetstatCommand | null {
  const command = commandOf(
    optionsIn(path).map((letters) => `-${letters}`),
    false,
  );
  return command?.isFiltered === false ? command : null;
}

/** Whether a file is named after a netstat command that lists listeners, unlike `netstat_-s` and `netstat_-agn`. */
export function hasNetstatName(path: string): boolean {
  if (!NAME.test(basename(path))) return false;
  return optionsIn(path).length === 0 || netstatCommandInName(path) !== null;
}

function optionsIn(path: string): string[] {
  const options = NAME.exec(basename(path))?.groups?.['options'] ?? '';
  return options.split(/[-_ ]+/).filter((letters) => letters !== '');
}

function commandOf(words: readonly string[], isPiped: boolean): NetstatCommand | null {
  const options = words.flatMap((word) => (word.startsWith('--') ? [word.slice(2)] : [...word.slice(1)]));
  const has = (...names: string[]): boolean => names.some((name) => options.includes(name));
  if (!has('l', 'a', 'listening', 'all')) return null;
  const [only4, only6] = [has('4', 'inet'), has('6', 'inet6')];
  const kinds = options.flatMap((option) => (Object.hasOwn(KINDS, option) ? [KINDS[option] ?? []] : []));
  const unasked: readonly Protocol[] = only4 || only6 ? ['tcp', 'udp'] : ['tcp', 'udp', 'unix'];
  return {
    kinds: new Set(kinds.length === 0 ? unasked : kinds.flat()),
    families: only4 === only6 ? ['ipv4', 'ipv6'] : only4 ? ['ipv4'] : ['ipv6'],
    isFiltered: isPiped || !options.every((option) => Object.hasOwn(KINDS, option) || NEUTRAL.test(option)),
    isWide: has('W', 'T', 'wide', 'notrim'),
  };
}
