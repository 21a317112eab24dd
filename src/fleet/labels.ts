/** What a node can be called by. */
export interface Named {
  readonly hostname: string;
  readonly capturedAt: string;
  readonly source: string;
}

/**
 * A name for each node that no other has: its host name; where several snapshots are of one host, the time beside it, and
 * where that is not enough, the source. A host without a name is called by its source.
 */
export function labelsOf(nodes: readonly Named[]): string[] {
  const forms: ((node: Named) => string)[] = [
    ({ hostname, source }) => (hostname === '' ? source : hostname),
    ({ hostname, capturedAt, source }) => (hostname === '' ? source : `${hostname} ${capturedAt}`),
    ({ hostname, capturedAt, source }) => `${hostname} ${capturedAt} ${source}`.trim(),
  ];
  let labels = nodes.map(() => '');
  for (const form of forms) {
    const taken = tally(labels);
    labels = nodes.map((node, at) => {
      const label = labels[at] ?? '';
      return label === '' || (taken.get(label) ?? 0) > 1 ? form(node) : label;
    });
  }
  return numbered(labels);
}

function tally(labels: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const label of labels) counts.set(label, (counts.get(label) ?? 0) + 1);
  return counts;
}

/** One file that was given twice. */
function numbered(labels: readonly string[]): string[] {
  const times = tally(labels);
  const met = new Map<string, number>();
  return labels.map((label) => {
    if ((times.get(label) ?? 0) < 2) return label;
    const number = (met.get(label) ?? 0) + 1;
    met.set(label, number);
    return `${label} #${number}`;
  });
}
