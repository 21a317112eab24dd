import { asOnRealNode } from '../demo/recording.js';
import type { Lab } from '../lab/lab.js';

/**
 * Replaces the cgroups in a captured screen of a lab by those of a real node. They are shorter, so the following gap is widened to
 * keep the columns aligned.
 * @throws Error if a path of the lab remains, for example because it was truncated
 */
export function likeRealNode(lines: readonly string[], lab: Lab): string[] {
  return lines.map((line) => {
    const shorter = asOnRealNode(line, lab);
    const left = /\S*sockwatch-lab\S*/.exec(shorter);
    if (left !== null) throw new Error(`a path of the lab remains: ${left[0]}`);
    if (shorter === line) return line;
    const missing = ' '.repeat(line.length - shorter.length);
    const changedAt = [...shorter].findIndex((character, at) => character !== line[at]);
    const gap = shorter.indexOf('  ', changedAt);
    return gap < 0 ? shorter + missing : shorter.slice(0, gap) + missing + shorter.slice(gap);
  });
}
