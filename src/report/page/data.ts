/** What a matrix page contains for its script, as JSON, besides the tables themselves. */
export interface PageData {
  /** Details of cells, one paragraph per line; commands begin with COMMAND. */
  readonly details: readonly string[];
  /** In the order of the tables. */
  readonly matrices: readonly PageMatrix[];
}

/** Before a command in details: no sentence begins with a space. */
export const COMMAND = '  ';

export interface PageMatrix {
  readonly columns: readonly PageColumn[];
  /** For each row, and each column in it, an index into `details`. */
  readonly cells: readonly (readonly number[])[];
}

/** Nodes that share a column because they look alike. */
export interface PageColumn {
  readonly labels: readonly string[];
  /** Facts about the first node. */
  readonly facts: readonly (readonly [name: string, value: string])[];
}
