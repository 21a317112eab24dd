import type { Coded, CodeTable } from '../base/coded.js';
import { chooseBuiltin, minorRelease } from '../spec/builtin.js';
import type { Role, Row } from '../spec/rows.js';
import type { Spec } from '../spec/spec.js';

/** What there is to say of the page that a node was compared with. `release` is that of a built-in page. */
export const PAGE_CODES = {
  'release-unknown': {
    about: 'The installed release is unknown, so the newest built-in page was taken.',
    params: { release: 'version' },
  },
  'release-without-page': {
    about: 'There is no built-in page of the installed release, so the newest was taken.',
    params: { release: 'version', installed: 'version' },
  },
  'page-of-other-release': {
    about: 'The built-in page that was asked for is not that of the installed release.',
    params: { release: 'version', installed: 'version' },
  },
  'row-not-on-page': {
    about:
      'The page lacks a row of the built-in page of the installed release; `role` is that of the nodes, null: all.',
    params: { release: 'version', service: 'service', port: 'count?', protocol: 'word', path: 'path?', role: 'word?' },
  },
} as const satisfies CodeTable;

/** What there is to say of a page, as a code with parameters. */
export type PageRemark = Coded<typeof PAGE_CODES>;

/** Remarks on the page of a spec for a node with this release installed, such as `1.34.1`; null: unknown. Pure. */
export function pageRemarks(spec: Spec, installed: string | null): PageRemark[] {
  if (spec.builtin.length === 0) return [];
  if (spec.release === null) return rowsNotOn(spec, installed);
  const release = spec.release;
  if (minorRelease(installed) === release) return [];
  if (installed === null) return spec.isByRelease ? [{ code: 'release-unknown', params: { release } }] : [];
  const code = spec.isByRelease ? 'release-without-page' : 'page-of-other-release';
  return [{ code, params: { release, installed } }];
}

const ROLES: readonly Role[] = ['control-plane', 'worker'];

function rowsNotOn({ rows, builtin }: Spec, installed: string | null): PageRemark[] {
  const { release, page } = chooseBuiltin(builtin, installed);
  const known = new Set(rows.flatMap((row) => rolesOf(row).map((role) => subjectOf(row, role))));
  return page.rows.flatMap((row): PageRemark[] => {
    const roles = rolesOf(row).filter((role) => !known.has(subjectOf(row, role)));
    if (roles.length === 0) return [];
    const role = roles.length === ROLES.length ? null : (roles[0] ?? null);
    const [port, protocol, path] = row.kind === 'network' ? [row.port, row.protocol, null] : [null, 'unix', row.path];
    return [{ code: 'row-not-on-page', params: { release, service: row.service, port, protocol, path, role } }];
  });
}

function rolesOf({ role }: Row): readonly Role[] {
  return role === null ? ROLES : [role];
}

/** A port or socket may have another interface, service or path on the page: the page decides that. */
function subjectOf(row: Row, role: Role): string {
  return row.kind === 'network' ? `${role} ${row.port}/${row.protocol}` : `${role} ${row.service}`;
}
