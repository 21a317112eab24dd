import type { Lab } from './lab.js';

/** Ports that the kernel chooses differ each time and are replaced by R. */
const FIRST_EPHEMERAL_PORT = 32768;

/**
 * The listeners of the node according to ss, such as `tcp *:10250 kubelet`, sorted. Unix datagram sockets are omitted.
 */
export async function listeners(lab: Lab): Promise<string[]> {
  const { code, stdout, stderr } = await lab.exec(['ss', '-H', '-t', '-u', '-x', '-l', '-n', '-p']);
  if (code !== 0) throw new Error(`ss: ${stderr}`);
  const lines = stdout
    .trim()
    .split('\n')
    .filter((line) => !line.startsWith('u_dgr'));
  return lines.map(listenerOf).sort();
}

function listenerOf(line: string): string {
  const [netid = '', , , , address = '', ...rest] = line.trim().split(/\s+/);
  const [, port] = /:(\d+)$/.exec(address) ?? [];
  const isRandom = port !== undefined && Number(port) >= FIRST_EPHEMERAL_PORT;
  const names = [...rest.join(' ').matchAll(/\("(.*?)",pid=/g)].map(([, name]) => name);
  return [netid, isRandom ? address.replace(/\d+$/, 'R') : address, ...names].join(' ');
}
