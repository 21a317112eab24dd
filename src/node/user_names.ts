import type { HostFiles } from './host_files.js';

const FILE = '/etc/passwd';

/** passwd(5) */
const LINE = /^([^:\s]{1,64}):[^:]*:(\d{1,10}):/;

/** Names of the users of the node by number; of several for one number, the first. What is not in the file has no name. */
export async function readUserNames(files: HostFiles): Promise<ReadonlyMap<number, string>> {
  const file = await files.text(FILE);
  return file.state === 'read' ? parseUserNames(file.text) : new Map();
}

/** Pure. */
export function parseUserNames(passwd: string): ReadonlyMap<number, string> {
  const names = new Map<number, string>();
  for (const line of passwd.split('\n')) {
    const [, name = '', uid = ''] = LINE.exec(line) ?? [];
    if (name !== '' && !names.has(Number(uid))) names.set(Number(uid), name);
  }
  return names;
}
