/** What a node's label is made of. */
export interface NodeName {
  readonly hostname: string;
  readonly capturedAt: string;
  readonly source: string;
}

/**
 * A unique label for each node: its host name; if several snapshots are of one host, with the time of capture; if that is not
 * enough, with the source. A node without a host name is labelled by its source.
 */
export function labelsOf(nodes: readonly NodeName[]): string[] {
  const forms: ((node: NodeName) => string)[] = [
    ({ hostname, source }) => (hostname === '' ? source : hostname),
    ({ hostname, capturedAt, source }) => (hostname === '' ? source : `${hostname} ${capturedAt}`),
    ({ hostname, capturedAt, source }) => `${hostname} ${capturedAt} ${source}`.trim(),
  ];
  let labels = nodes.map(() => '');
  for (const form of forms) {
    const counts = countEach(labels);
    labels = nodes.map((node, at) => {
      const label = labels[at] ?? '';
      return label === '' || (counts.get(label) ?? 0) > 1 ? form(node) : label;
    });
  }
  return numbered(labels);
}

function countEach(labels: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const label of labels) counts.set(label, (counts.get(label) ?? 0) + 1);
  return counts;
}

/** Numbers equal labels, which a file that was given twice has. */
function numbered(labels: readonly string[]): string[] {
  const counts = countEach(labels);
  const used = new Map<string, number>();
  return labels.map((label) => {
    if ((counts.get(label) ?? 0) < 2) return label;
    const number = (used.get(label) ?? 0) + 1;
    used.set(label, number);
    return `${label} #${number}`;
  });
}
