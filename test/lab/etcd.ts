import { join } from 'node:path';
import type { Certificate } from './certificate.js';
import type { Addresses, Etcd } from './plan.js';

/** The command line of a single-member etcd cluster. */
export function etcdArgv(state: string, certificate: Certificate, addresses: Addresses, service: Etcd): string[] {
  const clients = service.clientAddresses.map((address) => `https://${address}:2379`).join(',');
  const peer = `https://${addresses.ipv4}:2380`;
  const { certFile, keyFile } = certificate;
  return [
    ...['etcd', '--name', 'lab', '--data-dir', join(state, 'etcd')],
    ...['--listen-client-urls', clients, '--advertise-client-urls', clients],
    ...['--listen-peer-urls', peer, '--initial-advertise-peer-urls', peer, '--initial-cluster', `lab=${peer}`],
    ...['--cert-file', certFile, '--key-file', keyFile, '--trusted-ca-file', certFile, '--client-cert-auth'],
    ...['--peer-cert-file', certFile, '--peer-key-file', keyFile, '--peer-trusted-ca-file', certFile],
    '--peer-client-cert-auth',
  ];
}
