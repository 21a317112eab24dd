import { type BashWord, bashWords } from './bash_words.js';
import { pathOf } from './flag_value.js';
import { FLAGS, type Flag, flagValueOf, OPTIONS_FLAGS } from './flags.js';

/** What the arguments of a service say of one flag. */
export interface FlagValue {
  readonly flag: Flag;
  /** null: it cannot be known from the text, or is no value of the flag's kind. */
  readonly value: string | null;
  /** From 1; of a command line, 0. */
  readonly line: number;
}

/** What the arguments of a service set. Of several values of one flag the last counts, as in the program. */
export interface ServiceArguments {
  readonly values: ReadonlyMap<string, FlagValue>;
  /** Line from which on any flag may be set, besides those in `values` and the files below; null: none. */
  readonly unknownAt: number | null;
  /** The file of options that they name, and a directory of such files; null: none. */
  readonly optionsFile: NamedFile | null;
  readonly optionsDirectory: NamedFile | null;
}

/** A file that a flag names. */
export interface NamedFile {
  readonly flag: string;
  /** null: it cannot be known from the text, or is no absolute path. */
  readonly path: string | null;
  /** From 1; of a command line, 0. */
  readonly line: number;
}

/** The variables that the snap's services have in their environment. */
const VARIABLES: ReadonlyMap<string, string> = new Map([
  ['SNAP', '/snap/k8s/current'],
  ['SNAP_COMMON', '/var/snap/k8s/common'],
  ['SNAP_DATA', '/var/snap/k8s/current'],
]);

/** Reads the flags of the closed table out of an arguments file of the snap. Pure. */
export function parseArgumentsFile(service: string, text: string): ServiceArguments {
  const { words, brokenAt } = bashWords(text, VARIABLES);
  // On a syntax error bash assigns nothing at all.
  if (brokenAt !== null) return { values: new Map(), unknownAt: brokenAt, optionsFile: null, optionsDirectory: null };
  return parseWords(service, words);
}

/** The same out of the words of a running process, without the program. Pure. */
export function parseCommandLine(service: string, words: readonly string[]): ServiceArguments {
  return parseWords(
    service,
    words.map((text) => ({ text, line: 0, known: null })),
  );
}

function parseWords(service: string, words: readonly BashWord[]): ServiceArguments {
  const { file = null, directory = null } = OPTIONS_FLAGS.find((one) => one.service === service) ?? {};
  const values = new Map<string, FlagValue>();
  const named = new Map<string, NamedFile | null>();
  let unknownAt: number | null = null;
  for (let at = 0; at < words.length; at += 1) {
    const { text = '', line = 0, known = null } = words[at] ?? {};
    if (text === '--') break;
    const name = /^--?[A-Za-z0-9][\w.-]*/.exec(text)?.[0] ?? null;
    // Its name, or whether it is one word at all, is up to an expansion.
    if (known !== null && (name === null || known < name.length || text[name.length] !== '=')) {
      unknownAt ??= line;
      // It may set again what was set before it.
      values.clear();
      named.clear();
      continue;
    }
    if (name === null) continue;
    const flag = FLAGS.find(
      (one) => one.service === service && [one.name, ...(one.aliases ?? [])].some((wanted) => isNamed(name, wanted)),
    );
    const naming = [file, directory].find((one) => one !== null && isNamed(name, one)) ?? null;
    if (flag === undefined && naming === null) continue;
    const isJoined = text[name.length] === '=';
    const next = words[at + 1];
    const argument = isJoined ? text.slice(name.length + 1) : (next?.text ?? '');
    const isKnown = isJoined ? known === null : next !== undefined && next.known === null;
    if (!isJoined) at += 1;
    const given = isKnown ? argument : null;
    if (naming !== null) {
      // The programs take an empty name for none.
      named.set(naming, given === '' ? null : { flag: naming, path: given === null ? null : pathOf(given), line });
      continue;
    }
    if (flag === undefined) continue;
    const value = given === null ? null : flagValueOf(flag, given);
    // etcd ignores a URL that it has already (UniqueURLs.Set() in pkg/flags); otherwise a list takes the place of the one before.
    const isIgnored = service === 'etcd' && value !== null && values.get(flag.name)?.value?.split(',').includes(value);
    if (isIgnored !== true) values.set(flag.name, { flag, value, line });
  }
  const namedBy = (one: string | null): NamedFile | null => (one === null ? null : (named.get(one) ?? null));
  return { values, unknownAt, optionsFile: namedBy(file), optionsDirectory: namedBy(directory) };
}

/** Go's own flags take one dash or two; those of Kubernetes take `_` for `-`. */
function isNamed(given: string, wanted: string): boolean {
  return given.replace(/^-+/, '').replaceAll('_', '-') === wanted.replace(/^-+/, '');
}
