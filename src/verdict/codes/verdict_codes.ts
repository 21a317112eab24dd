import type { CodeTable } from '../../base/coded.js';

/** Codes of findings, each with the one verdict it stands for. */
export type VerdictCodes = CodeTable & Readonly<Record<string, { readonly verdict: string }>>;
