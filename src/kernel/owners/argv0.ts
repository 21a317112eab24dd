import { basename } from 'node:path';
import { textOf } from '../../base/text.js';
import type { ProcessFacts } from '../addon.js';
import { COMM_LENGTH } from './owner.js';

/**
 * The facts without what processes have made of their argv[0], which may hold anything: a title, as of `nginx: master process`, or a
 * password that was to be hidden. It is kept where it is the program's name, with or without a path.
 */
export function withoutTitles(facts: readonly ProcessFacts[]): ProcessFacts[] {
  return facts.map((one) => (isTitle(one) ? { ...one, argv0: null } : one));
}

function isTitle({ argv0, comm, exe }: ProcessFacts): boolean {
  const names = [comm, exe].map((name) => (name === null ? null : basename(textOf(name))));
  return argv0 !== null && !isProgram(textOf(argv0), names);
}

/** A directory without what separates words, or names from values. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are in no path of a program.
const DIRECTORY = /^(?:[^\s\u0000-\u001f\u007f=:?&@]*\/)?$/;

/** What a name may have beyond the 15 characters that the kernel keeps, or that netstat prints. */
const REST = /^[\w.+-]*$/;

/** Whether argv[0] is that of a program with one of these names: comm, which may be cut, the executable, or both. Pure. */
export function isProgram(argv0: string, names: readonly (string | null)[]): boolean {
  // A login shell has a dash before its name.
  const base = basename(argv0).replace(/^-/, '');
  const directory = argv0.slice(0, argv0.lastIndexOf('/') + 1);
  const isNamed = (name: string | null): boolean =>
    name !== null &&
    name !== '' &&
    // `python3` of python3.11.
    (name.startsWith(base) || (isCut(name) && base.startsWith(name) && REST.test(base.slice(name.length))));
  return base !== '' && DIRECTORY.test(directory) && names.some(isNamed);
}

function isCut(name: string): boolean {
  return Buffer.byteLength(name) >= COMM_LENGTH;
}
