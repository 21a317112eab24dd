import type { PageRemark } from '../page_remarks.js';

/** A sentence without its full stop. Pure. */
export function pageRemarkText({ code, params }: PageRemark): string {
  switch (code) {
    case 'release-unknown':
      return `the release of this node is unknown; this is the page of ${params.release}, the newest`;
    case 'release-without-page':
      return `there is no page of ${params.installed}, which is installed; this is the page of ${params.release}, the newest`;
    case 'page-of-other-release':
      return `this is the page of ${params.release}, but ${params.installed} is installed`;
    case 'row-not-on-page': {
      const { service, port, protocol, path, role, release } = params;
      const nodes = role === null ? '' : ` on ${role === 'worker' ? 'workers' : 'control plane nodes'}`;
      return `the page lacks ${service} ${path ?? `${port}/${protocol}`}${nodes}, which the built-in page of ${release} has`;
    }
  }
}
