import type { Lab } from '../lab/lab.js';
import { Terminal, type TerminalOptions } from '../tui/tmux_terminal.js';
import { CLI } from './cli.js';

export interface ProgramOptions extends TerminalOptions {
  /** Arguments; none: the screen on the node. */
  readonly argv?: readonly string[];
  /** User and group; default: 0. */
  readonly uid?: number;
  /** Path of the program; default: this checkout's. */
  readonly cli?: string;
  /** Options for node. */
  readonly node?: readonly string[];
  /** Working directory; default: the current one. */
  readonly directory?: string;
}

/** A command line that runs `argv` in the namespaces of a lab's node. */
export function inLab(lab: Lab | null, argv: readonly string[], directory = process.cwd()): string[] {
  const of = (kind: string): string => lab?.netns.replace(/net$/, kind) ?? '';
  const namespaces = lab === null ? [] : [`--net=${of('net')}`, `--mount=${of('mnt')}`, `--cgroup=${of('cgroup')}`];
  return ['nsenter', ...namespaces, `--wd=${directory}`, ...argv];
}

function programOn(lab: Lab | null, options: ProgramOptions): string[] {
  const { argv = [], uid = 0, cli = CLI, node = [], directory } = options;
  const user = uid === 0 ? [] : ['setpriv', `--reuid=${uid}`, `--regid=${uid}`, '--clear-groups'];
  return inLab(lab, [...user, process.execPath, ...node, cli, ...argv], directory);
}

/** Runs the program in a terminal on a lab's node. */
export function openProgram(lab: Lab | null, options: ProgramOptions = {}): Promise<Terminal> {
  return Terminal.start(programOn(lab, options), options);
}

/**
 * Runs the program from a shell. The terminal shows its stty settings as `before: …` and, with the exit code N, `after N: …`,
 * and stays open.
 */
export function openFromShell(lab: Lab | null, options: ProgramOptions = {}): Promise<Terminal> {
  const script = 'echo "before: $(stty -g)"; "$@"; echo "after $?: $(stty -g)"; exec cat';
  return Terminal.start(['sh', '-c', script, 'sh', ...programOn(lab, options)], options);
}
