import { asOnRealNode } from '../demo/recording.js';
import type { Lab } from '../lab/lab.js';

/**
 * A captured screen of a lab with the cgroups that a real node has. They are shorter: what follows on a line stays in its
 * column, the next gap is widened for it.
 * @throws Error where something of the lab is left over, as where a name was cut to a width
 */
export function likeRealNode(lines: readonly string[], lab: Lab): string[] {
  return lines.map((line) => {
    const shorter = asOnRealNode(line, lab);
    const left = /\S*sockwatch-lab\S*/.exec(shorter);
    if (left !== null) throw new Error(`a path of the lab is left over: ${left[0]}`);
    if (shorter === line) return line;
    const missing = ' '.repeat(line.length - shorter.length);
    const changedAt = [...shorter].findIndex((character, at) => character !== line[at]);
    const gap = shorter.indexOf('  ', changedAt);
    return gap < 0 ? shorter + missing : shorter.slice(0, gap) + missing + shorter.slice(gap);
  });
}
