import { Memo } from '../base/memo.js';
import { assertKeys } from '../base/validate.js';
import type { OwnerPass } from '../kernel/addon.js';
import { openNetns } from '../kernel/netns.js';
import type { SnapshotDocument } from './document/document.js';
import { evaluateNode } from './evaluate_node.js';
import { assertOptions, readingDeadline, SNAPSHOT_KEYS, type SnapshotOptions, validateOptions } from './options.js';
import { toDocument } from './to_document.js';

/**
 * Captures a node once and compares it with a page. What cannot be seen is said in `coverage` and in the findings.
 * @throws SockwatchError ERR_USAGE for invalid options, ERR_NETNS where the namespace cannot be entered, ERR_NATIVE_LOAD
 * @throws the reason of `signal`, once it is aborted (a DOMException AbortError unless another was given)
 */
export async function snapshot(options: SnapshotOptions = {}): Promise<SnapshotDocument> {
  assertOptions(options);
  assertKeys(options, SNAPSHOT_KEYS);
  return takeSnapshot(options);
}

/** As `snapshot`, for a caller that has started the first pass of the search for owners before. */
export async function takeSnapshot(
  options: SnapshotOptions,
  firstPass?: Promise<OwnerPass>,
): Promise<SnapshotDocument> {
  const valid = validateOptions(options);
  const { netns: path, target, expectation, failOn, allNetns, probe } = valid;
  const deadline = readingDeadline(valid);
  const memo = new Memo();
  const netns = openNetns(path);
  try {
    const evaluated = await evaluateNode({ ...target, netns }, expectation, deadline, memo, firstPass);
    const others = allNetns
      ? await (await import('./namespaces.js')).captureOtherNamespaces(
          evaluated.node.netns,
          target,
          evaluated.hostFiles,
          deadline,
        )
      : null;
    const probed =
      probe === null ? null : await (await import('./probe/probe.js')).probe(evaluated, netns, probe, deadline);
    return toDocument(evaluated, others, failOn, memo, probed);
  } finally {
    netns?.close();
  }
}
