import type { Lab } from './lab.js';

/** A port of the kernel's choice is written R: those differ each time. */
const FIRST_EPHEMERAL_PORT = 32768;

/**
 * What listens on the node by the word of ss, which is what the product is to be compared with: `tcp *:10250 kubelet`,
 * sorted. Unix datagram sockets are left out.
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
