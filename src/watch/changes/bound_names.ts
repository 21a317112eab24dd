import type { OwnedListener, Owner, ProcessOwner } from '../../kernel/owners/owner.js';

/** A process can have names of 4 KB, and cause 1,000 changes a second. */
const MAX_BYTES = 256;

/** A socket whose owners have names of bounded length. */
export function boundSocket(socket: OwnedListener): OwnedListener {
  return { ...socket, owners: socket.owners.map(boundOwner) };
}

export function boundOwner(owner: Owner): Owner {
  return owner.kind === 'process' ? boundProcess(owner) : owner;
}

/** Long names lose their beginnings: a program is known by the end of its path. */
export function boundProcess(process: ProcessOwner): ProcessOwner {
  const { exe, argv0, cgroup, exeRaw, argv0Raw, cgroupRaw, ...rest } = process;
  return {
    ...rest,
    ...boundField('exe', exe, exeRaw),
    ...boundField('argv0', argv0, argv0Raw),
    ...boundField('cgroup', cgroup, cgroupRaw),
  } as ProcessOwner;
}

function boundField(key: string, text: string | null, raw: string | undefined): Record<string, string | null> {
  if (text !== null && Buffer.byteLength(text) > MAX_BYTES) {
    // Of a character that is cut in two, nothing is kept.
    const end = Buffer.from(text)
      .subarray(-MAX_BYTES)
      .toString()
      .replace(/^\ufffd+/, '');
    return { [key]: `…${end}` };
  }
  return raw === undefined ? { [key]: text } : { [key]: text, [`${key}Raw`]: raw };
}
