import type { Result } from '../snapshot/document/document.js';

/** Exit codes of the commands that evaluate nodes; `failed`: the command could not run. */
export const EXIT_CODE: Readonly<Record<Result | 'failed', number>> = { match: 0, drift: 1, failed: 2, incomplete: 3 };
