import { readFileSync } from 'node:fs';
import type { Notes, ServiceNote } from './notes.js';
import type { BuiltinPage, Spec } from './spec.js';

/** Stands for the built-in page and notes in place of a path. */
export const BUILTIN_SOURCE = 'builtin:canonical-k8s';

/** The files of the built-in pages, oldest first, and the releases of Canonical Kubernetes that each is about. */
export const BUILTIN_PAGES: readonly { readonly file: string; readonly releases: readonly [string, ...string[]] }[] = [
  { file: '1.32-1.35.md', releases: ['1.32', '1.33', '1.34', '1.35'] },
  { file: '1.36.md', releases: ['1.36'] },
];

/** The built-in pages and notes as JSON, which has no maps. */
export interface StoredBuiltin {
  readonly pages: Spec['builtin'];
  readonly notes: Omit<Notes, 'services'> & { readonly services: readonly (readonly [string, ServiceNote])[] };
}

/**
 * The built-in page and notes. The release of a node chooses the page when the node is evaluated (`specFor`); until then it is
 * the newest.
 */
export function builtinSpec(): Spec {
  const { notes, pages } = stored();
  const { release, page } = chooseBuiltin(pages, null);
  return {
    ...fieldsOf(page),
    source: BUILTIN_SOURCE,
    release,
    isByRelease: true,
    notes: { ...notes, services: new Map(notes.services) },
    builtin: pages,
  };
}

/** The built-in page of a release (`1.34`, whatever node is compared with it); null if there is none. */
export function builtinPageOf(spec: Spec, release: string): Spec | null {
  const page = spec.builtin.find(({ releases }) => releases.includes(release));
  return page === undefined
    ? null
    : { ...spec, ...fieldsOf(page), source: BUILTIN_SOURCE, release, isByRelease: false };
}

/** The spec for a node with this release installed, such as `1.34.1`; null: unknown. Only a built-in page depends on it. */
export function specFor(spec: Spec, installed: string | null): Spec {
  if (!spec.isByRelease) return spec;
  const { release, page } = chooseBuiltin(spec.builtin, installed);
  return release === spec.release ? spec : { ...spec, ...fieldsOf(page), release };
}

export interface BuiltinChoice {
  /** As in the name of the page, `1.34`. */
  readonly release: string;
  readonly page: BuiltinPage;
}

/** The page for an installed release; the newest where that is unknown, or where there is none for it. */
export function chooseBuiltin(pages: Spec['builtin'], installed: string | null): BuiltinChoice {
  const wanted = minorRelease(installed);
  for (const page of pages) {
    const release = page.releases.find((one) => one === wanted);
    if (release !== undefined) return { release, page };
  }
  const page = pages.at(-1);
  const release = page?.releases.at(-1);
  if (page === undefined || release === undefined) throw new TypeError('there is no built-in page');
  return { release, page };
}

/** `1.34` of `1.34.1` and `v1.34.1+build`; null of anything else. */
export function minorRelease(installed: string | null): string | null {
  return /^v?(\d{1,4}\.\d{1,4})(?![\d])/.exec(installed ?? '')?.[1] ?? null;
}

function fieldsOf({ title, sha256, rows }: BuiltinPage): Pick<Spec, 'title' | 'sha256' | 'rows'> {
  return { title, sha256, rows };
}

/** Written by .ci/compile_builtin.mjs, so that a plain run loads no parser. */
function stored(): StoredBuiltin {
  return JSON.parse(readFileSync(new URL('builtin.json', import.meta.url), 'utf8'));
}
