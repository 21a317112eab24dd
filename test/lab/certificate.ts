import { join } from 'node:path';
import { mustRun } from './child.js';
import type { Addresses } from './plan.js';

export interface Certificate {
  readonly certFile: string;
  readonly keyFile: string;
}

/** A self-signed certificate for servers and clients. */
export async function makeCertificate(directory: string, addresses: Addresses): Promise<Certificate> {
  const certFile = join(directory, 'etcd.crt');
  const keyFile = join(directory, 'etcd.key');
  await mustRun('making a certificate', [
    ...['openssl', 'req', '-x509', '-nodes', '-days', '365', '-subj', '/CN=sockwatch-lab'],
    ...['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1'],
    ...['-addext', `subjectAltName=IP:${addresses.ipv4},IP:127.0.0.1`],
    ...['-keyout', keyFile, '-out', certFile],
  ]);
  return { certFile, keyFile };
}
