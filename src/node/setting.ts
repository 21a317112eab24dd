/** Where a value was found. */
export interface SettingSource {
  readonly kind: 'arguments-file' | 'options-file' | 'state-file' | 'command-line' | 'built-in-default';
  /** As on the node; null unless it is a file. */
  readonly path: string | null;
  /** From 1; null unless it is a line of a file. */
  readonly line: number | null;
}

/** What one option of a service is set to. Only options of the closed table in flags.ts are ever kept. */
export interface Setting {
  /** Name of the service, as the snap has it. */
  readonly service: string;
  /** With its dashes; of a state file, the key. */
  readonly flag: string;
  /** As the file sets it; without a file the value of the running process, or the default. */
  readonly value: string;
  readonly source: SettingSource;
  /** Whether the running process has this value; null: the process could not be read, or there is none. */
  readonly inEffect: boolean | null;
  /** The value of the running process where that is another. */
  readonly running: string | null;
}

/** The value that verdicts go by: that of the process, which keeps its value until it restarts. */
export function valueInEffect({ value, running }: Setting): string {
  return running ?? value;
}

/** A unit of the snap. */
export interface ServiceState {
  readonly unit: string;
  /** Whether systemd starts it; null: unknown. */
  readonly enabled: boolean | null;
  /** Of the processes in it; null: that could not be seen. */
  readonly pids: readonly number[] | null;
  /** Name of the first of them; null: there is none, or it is unknown. */
  readonly comm: string | null;
}
