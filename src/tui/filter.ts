import { aboutOf } from './about.js';
import type { Item } from './item.js';

type Test = (item: Item) => boolean;

/** What can be asked of one field alone, as in `port:10250`. */
const FIELDS: Readonly<Record<string, (value: string) => Test>> = {
  port: (value) => (item) => aboutOf(item.subject).ports.includes(Number(value)),
  pid: (value) => (item) =>
    aboutOf(item.subject).owners.some((owner) => owner.kind === 'process' && owner.pid === Number(value)),
  unit: (value) => (item) => aboutOf(item.subject).units.some((unit) => unit.toLowerCase().includes(value)),
  verdict: (value) => (item) => item.verdict?.startsWith(value) === true,
  severity: (value) => (item) => item.severity.startsWith(value),
};

/**
 * Whether an item matches a filter: all words of it, each somewhere in the item. `!word` must not match, `a|b` matches where one of
 * them does, and `port:10250` asks one field. Case does not matter.
 */
export function matcherOf(filter: string): Test {
  const tests = filter.toLowerCase().split(/\s+/).flatMap(wordTest);
  return (item) => tests.every((test) => test(item));
}

/** Nothing for what is no test yet, such as a lone `!` or `port:`. */
function wordTest(word: string): Test[] {
  if (word.startsWith('!')) return wordTest(word.slice(1)).map((test) => (item) => !test(item));
  const tests = word.split('|').flatMap(oneTest);
  return tests.length === 0 ? [] : [(item) => tests.some((test) => test(item))];
}

function oneTest(word: string): Test[] {
  const [, name = '', value = ''] = /^([a-z]+):(.*)$/.exec(word) ?? [];
  const field = Object.hasOwn(FIELDS, name) ? FIELDS[name] : undefined;
  if (field !== undefined) return value === '' ? [] : [field(value)];
  return word === '' ? [] : [(item) => item.searchText().includes(word)];
}
