/** RFC 1123, section 2.1, plus underscores, which occur in practice. */
const HOSTNAME = /^(?=.{1,253}$)[A-Za-z0-9_](?:[A-Za-z0-9_.-]*[A-Za-z0-9_])?$/;

export function isHostname(text: string): boolean {
  return HOSTNAME.test(text);
}

/** null if the file contains anything but a host name. */
export function hostnameIn(bytes: Uint8Array): string | null {
  const text = Buffer.from(bytes).toString('latin1').trim();
  return isHostname(text) ? text : null;
}
