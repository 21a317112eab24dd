import { nearest } from '../base/nearest.js';
import { CLAIM_RESULTS } from '../verdict/claim.js';
import { SEVERITIES, VERDICTS } from '../verdict/finding.js';
import { matchesName } from '../verdict/glob.js';
import { aboutOf } from './about.js';
import type { Item } from './item.js';
import { Search } from './search.js';

type Test = (item: Item) => boolean;

/** What can be asked of one field alone, as in `port:10250`. A number or path that is still being typed is the beginning of one. */
const FIELDS: Readonly<Record<string, (value: string, isTyping: boolean) => Test>> = {
  port: (value, isTyping) => {
    const isWanted = numbersIn(value, isTyping);
    return (item) => aboutOf(item.subject).ports.some(isWanted);
  },
  pid: (value, isTyping) => {
    const isWanted = numbersIn(value, isTyping);
    return (item) => aboutOf(item.subject).owners.some((owner) => owner.kind === 'process' && isWanted(owner.pid));
  },
  unit: (value) => (item) => aboutOf(item.subject).units.some((unit) => unit.toLowerCase().includes(value)),
  path: (value, isTyping) => (item) =>
    aboutOf(item.subject).paths.some((path) => matchesName(path.toLowerCase(), isTyping ? `${value}*` : value)),
  verdict: (value) => (item) => item.verdict?.startsWith(value) === true,
  severity: (value) => (item) => item.severity.startsWith(value),
  claim:
    (value) =>
    ({ subject }) =>
      subject.kind === 'finding' && subject.claims.some(({ result }) => result.startsWith(value)),
};

/** `port: pid: …` */
export const FIELD_NAMES = Object.keys(FIELDS)
  .map((name) => `${name}:`)
  .join(' ');

const NUMBERS = /^(\d+)(?:-(\d+))?$/;

/** `10250`, `30000-32767`; nothing else is a number. */
function numbersIn(value: string, isTyping: boolean): (number: number) => boolean {
  if (isTyping && /^\d+$/.test(value)) return (number) => `${number}`.startsWith(value);
  const [, first, last = first] = NUMBERS.exec(value) ?? [];
  return (number) => first !== undefined && number >= Number(first) && number <= Number(last);
}

/**
 * Whether an item matches a filter: all words of it, each somewhere in the item. `!word` must not match, `a|b` matches where one of
 * them does, and `port:10250` asks one field. Case does not matter.
 */
export function matcherOf(filter: string, isTyping = false): Test {
  const words = filter.toLowerCase().split(/\s+/);
  const tests = words.flatMap((word) => wordTest(word, isTyping));
  return (item) => tests.every((test) => test(item));
}

/**
 * Why a filter can match nothing, whatever is on the node: a field, a verdict or a number that does not exist; null: it can. What is
 * before a colon may also be a host.
 */
export function filterProblem(filter: string): string | null {
  const words = filter.toLowerCase().split(/[\s|]+/);
  return words.map((word) => wordProblem(word.replace(/^!+/, ''))).find((problem) => problem !== null) ?? null;
}

function wordProblem(word: string): string | null {
  const [, name = '', value = ''] = /^([a-z]+):(.+)$/.exec(word) ?? [];
  const known = (kind: string, names: readonly string[]): string | null => {
    if (names.some((one) => one.startsWith(value))) return null;
    const meant = nearest(value, names);
    // Any two short words are near to one another.
    const isNear = meant !== null && meant[0] === value[0];
    return `no ${kind} begins with "${value}"${isNear ? ` (did you mean ${meant}?)` : `: ${names.join(', ')}`}`;
  };
  switch (name) {
    case 'verdict':
      return known('verdict', VERDICTS);
    case 'severity':
      return known('severity', SEVERITIES);
    case 'claim':
      return known('result of a claim', CLAIM_RESULTS);
    case 'port':
    case 'pid':
      return NUMBERS.test(value) ? null : `${name}: takes a number, or a range such as 30000-32767`;
    case '':
    case 'unit':
    case 'path':
      return null;
    default: {
      const meant = nearest(name, Object.keys(FIELDS));
      return meant === null || meant[0] !== name[0] ? null : `no field "${name}:" (did you mean ${meant}:${value}?)`;
    }
  }
}

/** The fields there are, after a word that looks like one of them, such as `owner:etcd`; empty: there is none. */
export function fieldsHint(filter: string): string {
  const names = Array.from(filter.toLowerCase().matchAll(/(?:^|[\s|!])([a-z]+):[a-z]/g), ([, name = '']) => name);
  return names.some((name) => !Object.hasOwn(FIELDS, name)) ? `; the fields are ${FIELD_NAMES}` : '';
}

/** The word for one path. What would end the word is any character. */
export function pathWord(path: string): string {
  return `path:${path.replaceAll(/[\s|]/g, '*')}`;
}

/** Does for an item what the first filter would have to do: the text that is searched is kept, and code is compiled. */
export const prepareFilter: (item: Item) => void = matcherOf('\0');

/** Nothing for what is no test yet, such as a lone `!` or `port:`. */
function wordTest(word: string, isTyping: boolean): Test[] {
  if (word.startsWith('!')) return wordTest(word.slice(1), isTyping).map((test) => (item) => !test(item));
  const tests = word.split('|').flatMap((one) => oneTest(one, isTyping));
  return tests.length === 0 ? [] : [(item) => tests.some((test) => test(item))];
}

function oneTest(word: string, isTyping: boolean): Test[] {
  const [, name = '', value = ''] = /^([a-z]+):(.*)$/.exec(word) ?? [];
  const field = Object.hasOwn(FIELDS, name) ? FIELDS[name] : undefined;
  if (field !== undefined) return value === '' ? [] : [field(value, isTyping)];
  if (word === '') return [];
  const search = new Search(word);
  return [(item) => item.matches(search)];
}
