import type { Expected } from '../../verdict/finding.js';
import type { Redaction } from './redaction.js';

/** A row of the page. */
export function expectedOf({ service, host, port, protocol, path, role }: Expected, to: Redaction): Expected {
  return {
    service: to.name(service),
    host: to.orNull(host, to.rowHost),
    port,
    protocol,
    path: to.orNull(path, to.path),
    role,
  };
}
