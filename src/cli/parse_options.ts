import { type ParseArgsConfig, parseArgs } from 'node:util';
import { messageOf, SockwatchError } from '../base/errors.js';
import { nearest } from '../base/nearest.js';
import { printable } from '../base/text.js';
import type { ProbeOptions } from '../snapshot/probe/probe.js';
import type { SpecOptions } from '../spec/load.js';
import { GROUPS } from '../verdict/claim.js';
import type { RedactOption } from './redact_option.js';

/** The options that --once and `check` share. */
export const SHARED_OPTIONS = {
  format: { type: 'string' },
  output: { type: 'string' },
  spec: { type: 'string' },
  notes: { type: 'string', multiple: true },
  strict: { type: 'boolean' },
  role: { type: 'string' },
  'fail-on': { type: 'string' },
  redact: { type: 'boolean' },
  'redact-key': { type: 'string' },
  help: { type: 'boolean', short: 'h' },
} as const satisfies ParseArgsConfig['options'];

export const ROLES = ['auto', 'control-plane', 'worker'] as const;
export const OWNERS = ['auto', 'bpf', 'proc', 'none'] as const;
export const FAIL_ON = ['error', 'warning', 'info', 'never'] as const;

export function usageError(message: string, hint?: string, cause?: unknown): SockwatchError {
  return new SockwatchError('ERR_USAGE', message, { cause, ...(hint === undefined ? {} : { hint }) });
}

/**
 * Splits a command line into option values and positional arguments.
 * @throws SockwatchError ERR_USAGE, on one line
 */
export function parseOptions<const Options extends NonNullable<ParseArgsConfig['options']>>(
  argv: readonly string[],
  options: Options,
  allowPositionals: boolean,
): ReturnType<typeof parseArgs<{ options: Options; strict: true; allowPositionals: boolean }>> {
  const args = withNumbers(argv).map(withValue);
  try {
    return parseArgs({ args, options, strict: true, allowPositionals });
  } catch (error) {
    throw faultIn(args, options, allowPositionals) ?? usageError(printable(messageOf(error)), 'see --help', error);
  }
}

/** What the strict parser refuses; its own messages explain `--`, which does not help here. null: nothing. */
function faultIn(
  args: readonly string[],
  options: NonNullable<ParseArgsConfig['options']>,
  allowPositionals: boolean,
): SockwatchError | null {
  const { tokens } = parseArgs({ args: [...args], options, strict: false, allowPositionals: true, tokens: true });
  for (const token of tokens) {
    if (token.kind === 'option-terminator') continue;
    if (token.kind === 'positional') {
      if (!allowPositionals) return usageError(`Unexpected argument '${printable(token.value)}'`, 'see --help');
      continue;
    }
    const { name, rawName, value, inlineValue } = token;
    const option = printable(rawName);
    switch (options[name]?.type) {
      case undefined: {
        const meant = nearestOption(name, Object.keys(options));
        return usageError(
          `Unknown option '${option}'`,
          `${meant === null ? '' : `did you mean --${meant}? `}see --help`,
        );
      }
      case 'boolean':
        if (value !== undefined) return usageError(`${option} takes no value`, 'see --help');
        break;
      case 'string':
        if (value === undefined) return usageError(`${option} needs a value`, 'see --help');
        if (!inlineValue && /^-./s.test(value)) {
          const next = printable(value);
          const instead = `a value that begins with a dash is written ${option}=${next}; see --help`;
          return usageError(`${option} needs a value, and ${next} looks like an option`, instead);
        }
    }
  }
  return null;
}

function nearestOption(name: string, options: readonly string[]): string | null {
  const alike = options.filter((one) => one[0] === name[0]);
  const begun = alike.find((one) => name.length > 1 && one.startsWith(name));
  return begun ?? nearest(name, alike) ?? nearest(name, options);
}

/** `--deadline -1` as `--deadline=-1`, so that the option itself refuses the number: no option begins with a digit. */
function withNumbers(argv: readonly string[]): string[] {
  const words: string[] = [];
  for (const word of argv) {
    const before = words.at(-1);
    if (/^-\d/.test(word) && before !== undefined && /^--[a-z-]+$/.test(before)) words.push(`${words.pop()}=${word}`);
    else words.push(word);
  }
  return words;
}

/** The one option whose value may be left out, which parseArgs() does not know. */
function withValue(argument: string): string {
  return argument === '--probe' ? `--probe=${GROUPS.join(',')}` : argument;
}

/** What to ask: groups, separated by commas, and services to leave out; null without `--probe`. */
export function probeOption(values: {
  readonly probe?: string | undefined;
  readonly 'probe-skip'?: readonly string[] | undefined;
}): ProbeOptions | null {
  const { probe, 'probe-skip': skip = [] } = values;
  if (probe === undefined) {
    if (skip.length > 0) throw usageError('--probe-skip requires --probe');
    return null;
  }
  const groups = probe.split(',').map((group) => oneOf('probe', group, GROUPS, 'health'));
  const services = skip.flatMap((names) => names.split(','));
  if (services.includes('')) throw usageError('--probe-skip needs the name of a service');
  return { groups: [...new Set(groups)], skip: services };
}

/** Of what is read of a node that is looked at now. */
export const PROBE_OPTIONS = {
  probe: { type: 'string' },
  'probe-skip': { type: 'string', multiple: true },
} as const satisfies ParseArgsConfig['options'];

export function oneOf<Value extends string>(
  option: string,
  value: string | undefined,
  values: readonly Value[],
  fallback: Value,
): Value {
  if (value === undefined) return fallback;
  const found = values.find((one) => one === value);
  if (found !== undefined) return found;
  throw usageError(`--${option} must be one of ${values.join(', ')}, not ${JSON.stringify(value)}`);
}

export function isPath(value: string): boolean {
  return value !== '' && !value.includes('\0');
}

/** The path that an option gives; null without the option. */
export function pathOf(option: string, value: string | undefined): string | null {
  if (value === undefined) return null;
  if (isPath(value)) return value;
  throw usageError(`--${option} needs a path`);
}

/** Milliseconds, of an option in seconds. The upper limit keeps the value within what a timer can wait. */
export function millisecondsOf(option: string, value: string): number {
  const seconds = /^\d*\.?\d+$/.test(value) ? Number(value) : Number.NaN;
  if (seconds >= 0.1 && seconds <= 86_400) return seconds * 1000;
  throw usageError(`--${option} must be a number of seconds from 0.1 to 86400, not ${JSON.stringify(value)}`);
}

/** The page and notes that --spec, --notes and --strict select. */
export function specOptions(values: {
  readonly spec?: string | undefined;
  readonly notes?: readonly string[] | undefined;
  readonly strict?: boolean | undefined;
}): SpecOptions {
  const { spec, notes = [], strict = false } = values;
  if (strict && notes.length > 0) throw usageError('--strict cannot be used with --notes: it ignores all notes');
  return { page: pathOf('spec', spec), notes: notes.map((file) => pathOf('notes', file) ?? ''), strict };
}

export function redactOption(values: {
  readonly redact?: boolean | undefined;
  readonly 'redact-key'?: string | undefined;
}): RedactOption | null {
  const keyFile = pathOf('redact-key', values['redact-key']);
  if (values.redact === true) return { keyFile };
  if (keyFile !== null) throw usageError('--redact-key requires --redact');
  return null;
}
