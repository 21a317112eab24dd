import { join } from 'node:path';
import { mustRun } from './child.js';

export interface Certificate {
  readonly certFile: string;
  readonly keyFile: string;
}

/** How long a certificate is valid, -1 for one that expired yesterday, and what for: `IP:127.0.0.1`. */
export interface CertificateFields {
  readonly days: number;
  readonly names: readonly string[];
}

/** A self-signed certificate for servers and clients. */
export async function makeCertificate(
  directory: string,
  name: string,
  { days, names }: CertificateFields,
): Promise<Certificate> {
  const certFile = join(directory, `${name}.crt`);
  const keyFile = join(directory, `${name}.key`);
  const request = join(directory, `${name}.csr`);
  await mustRun('making a key', [
    ...['openssl', 'req', '-new', '-nodes', '-subj', '/CN=sockwatch-lab'],
    ...['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1'],
    ...['-addext', `subjectAltName=${names.join(',')}`, '-keyout', keyFile, '-out', request],
  ]);
  // `openssl req -x509` makes none that have expired.
  await mustRun('making a certificate', [
    ...['openssl', 'x509', '-req', '-in', request, '-signkey', keyFile, '-copy_extensions', 'copy'],
    ...['-days', String(days), '-out', certFile],
  ]);
  return { certFile, keyFile };
}
