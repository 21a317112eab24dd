import { type BashWord, bashWords } from './bash_words.js';
import { storedValue } from './flag_value.js';
import { FLAGS, type Flag } from './flags.js';

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
  /** Line after which, or on which, any flag may be set; null: none. */
  readonly unknownAt: number | null;
  /** A file of options takes the place of flags that are not given; of kube-proxy's, of all flags that are looked at. */
  readonly hasConfigFile: boolean;
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
  if (brokenAt !== null) return { values: new Map(), unknownAt: brokenAt, hasConfigFile: false };
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
  const values = new Map<string, FlagValue>();
  let unknownAt: number | null = null;
  let hasConfigFile = false;
  for (let at = 0; at < words.length; at += 1) {
    const { text = '', line = 0, known = null } = words[at] ?? {};
    if (text === '--') break;
    const name = /^--?[A-Za-z0-9][\w.-]*/.exec(text)?.[0] ?? null;
    // Its name, or whether it is one word at all, is up to an expansion.
    if (known !== null && (name === null || known < name.length || text[name.length] !== '=')) {
      unknownAt ??= line;
      continue;
    }
    if (name === null) continue;
    if (isOptionsFile(name, service)) hasConfigFile = true;
    const flag = FLAGS.find(
      (one) => one.service === service && [one.name, ...(one.aliases ?? [])].some((wanted) => isNamed(name, wanted)),
    );
    if (flag === undefined) continue;
    const isJoined = text[name.length] === '=';
    const next = words[at + 1];
    const given = isJoined ? text.slice(name.length + 1) : (next?.text ?? '');
    const isKnown = isJoined ? known === null : next !== undefined && next.known === null;
    if (!isJoined) at += 1;
    const value = isKnown ? storedValue(flag.kind, given) : null;
    // etcd ignores a URL that it has already (UniqueURLs.Set() in pkg/flags); otherwise a list takes the place of the one before.
    const isIgnored = service === 'etcd' && value !== null && values.get(flag.name)?.value?.split(',').includes(value);
    if (isIgnored !== true) values.set(flag.name, { flag, value, line });
  }
  return { values, unknownAt, hasConfigFile };
}

/** Go's own flags take one dash or two; those of Kubernetes take `_` for `-`. */
function isNamed(given: string, wanted: string): boolean {
  return given.replace(/^-+/, '').replaceAll('_', '-') === wanted.replace(/^-+/, '');
}

/** Whether a flag names files with addresses: `--config` of containerd has none that is looked at. */
function isOptionsFile(name: string, service: string): boolean {
  return (
    (service === 'kubelet' && isNamed(name, '--config-dir')) ||
    (WITH_OPTIONS_FILE.includes(service) && isNamed(name, '--config'))
  );
}

const WITH_OPTIONS_FILE: readonly string[] = ['kubelet', 'kube-proxy'];
