import { readFileSync } from 'node:fs';

/** The bundle of worker.ts, as text: threads of the single file cannot read a file. */
export const WORKER_PROGRAM: string = readFileSync(new URL('./worker.cjs', import.meta.url), 'utf8');
