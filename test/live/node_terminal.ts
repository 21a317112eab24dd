import type { Lab } from '../lab/lab.js';
import { Terminal, type TerminalOptions } from '../tui/terminal.js';
import { CLI } from './cli.js';

export interface ProgramOptions extends TerminalOptions {
  /** Of the command line; none: the terminal UI on the node. */
  readonly argv?: readonly string[];
  /** User and group; 0 unless given. */
  readonly uid?: number;
  /** The program; as compiled in this checkout unless given. */
  readonly cli?: string;
  /** For node, before the program. */
  readonly node?: readonly string[];
  /** Working directory; ours unless given. */
  readonly directory?: string;
}

/** The command line that runs another on a lab's node from a parent that is not us; without a lab, where we are. */
export function inLab(lab: Lab | null, argv: readonly string[], directory = process.cwd()): string[] {
  const namespaces = lab === null ? [] : [`--net=${lab.netns}`, `--mount=${lab.netns.replace(/net$/, 'mnt')}`];
  return ['nsenter', ...namespaces, `--wd=${directory}`, ...argv];
}

function programOn(lab: Lab | null, options: ProgramOptions): string[] {
  const { argv = [], uid = 0, cli = CLI, node = [], directory } = options;
  const user = uid === 0 ? [] : ['setpriv', `--reuid=${uid}`, `--regid=${uid}`, '--clear-groups'];
  return inLab(lab, [...user, process.execPath, ...node, cli, ...argv], directory);
}

/** Opens the program in a terminal on a lab's node. */
export function openProgram(lab: Lab | null, options: ProgramOptions = {}): Promise<Terminal> {
  return Terminal.start(programOn(lab, options), options);
}

/**
 * The same from a shell, as a user has it: what the terminal was like before and after is on its screen, as
 * `before: …` and `after N: …` with the exit code and what stty says, and it stays open.
 */
export function openFromShell(lab: Lab | null, options: ProgramOptions = {}): Promise<Terminal> {
  const script = 'echo "before: $(stty -g)"; "$@"; echo "after $?: $(stty -g)"; exec cat';
  return Terminal.start(['sh', '-c', script, 'sh', ...programOn(lab, options)], options);
}
