import { join } from 'node:path';
import type { Certificate } from './certificate.js';
import type { Etcd } from './plan.js';

/** The command line of a single-member etcd cluster. */
export function etcdArgv(state: string, { certFile, keyFile }: Certificate, service: Etcd): string[] {
  const [peer] = urlsOf(service, '--listen-peer-urls');
  const clients = urlsOf(service, '--listen-client-urls').join(',');
  return [
    ...['etcd', '--name', 'lab', '--data-dir', join(state, 'etcd'), ...service.flags],
    ...['--advertise-client-urls', clients, `--initial-advertise-peer-urls=${peer}`, `--initial-cluster=lab=${peer}`],
    ...['--cert-file', certFile, '--key-file', keyFile, '--trusted-ca-file', certFile, '--client-cert-auth'],
    ...['--peer-cert-file', certFile, '--peer-key-file', keyFile, '--peer-trusted-ca-file', certFile],
    '--peer-client-cert-auth',
  ];
}

/** Ports of the sockets it listens on, one for each. */
export function etcdPorts(service: Etcd): number[] {
  const urls = ['--listen-client-urls', '--listen-peer-urls'].flatMap((flag) => urlsOf(service, flag));
  return urls.map((url) => Number(new URL(url).port));
}

/** Of several values of a flag, the last counts. */
function urlsOf({ flags }: Etcd, flag: string): string[] {
  const value = flags.findLast((one) => one.startsWith(`${flag}=`))?.slice(flag.length + 1);
  return value?.split(',') ?? [];
}
