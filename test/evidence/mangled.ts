/* What happens to the output of ss before it is read, done in every place of a text. */

export interface Mangled {
  readonly how: string;
  readonly text: string;
  /** Rows were taken out below an intact header, so that nothing in the text need show it. */
  readonly isSilent: boolean;
}

const WORDS = ['kube', '127.0.0.1', 'LISTEN', 'cilium', ':10', 'udp', 'tcp', 'users:', '0.0.0.0', '[::]', '*:'];
const WIDTHS = [40, 60, 80, 100, 120];
const PARTS = 24;

/** Every mangled form of the output of ss or netstat. */
export function mangled(text: string): Mangled[] {
  const command = text.startsWith('Active') ? 'netstat' : 'ss';
  const lines = text.trimEnd().split('\n');
  // Below a title, in that of netstat.
  const headerLines = lines.slice(0, 2).findIndex((line) => line.includes('Recv-Q')) + 1;
  const hasHeader = headerLines > 0;
  const [header, rows] = [lines.slice(0, headerLines), lines.slice(headerLines)];
  const all: Mangled[] = [];
  const add = (how: string, changed: readonly string[], isSilent = false) =>
    all.push({ how, text: `${changed.join('\n')}\n`, isSilent: isSilent && hasHeader });
  const instead = (at: number, ...by: string[]) => [...header, ...rows.toSpliced(at, 1, ...by)];
  for (const [at, row] of rows.entries()) {
    add('a row taken out', instead(at), true);
    add('a row commented out', instead(at, `# ${row}`));
    add('a row replaced by dots', instead(at, '...'));
    add('a row cut in the middle', instead(at, row.slice(0, row.trimEnd().length / 2)));
    add('a row cut before its address', instead(at, row.slice(0, 20)));
    add('a row with a prefix', instead(at, `node-1: ${row}`));
    add('a row with another state', instead(at, row.replace(/LISTEN|UNCONN/, 'ESTAB')), true);
    const next = rows[at + 1];
    if (next !== undefined) add('two rows glued', [...header, ...rows.toSpliced(at, 2, `${row.trimEnd()}${next}`)]);
  }
  add('no header', rows);
  add('the header behind', [...rows, ...header]);
  for (let part = 1; part < PARTS; part++) {
    const count = Math.floor((rows.length * part) / PARTS);
    add('head', [...header, ...rows.slice(0, count)], true);
    add('tail', rows.slice(count));
    add('tail below the header', [...header, ...rows.slice(count)], true);
    const cut = text.slice(0, Math.floor((text.length * part) / PARTS));
    all.push({ how: 'cut', text: cut, isSilent: cut.endsWith('\n') });
  }
  for (const word of WORDS) {
    add(
      'grep',
      rows.filter((row) => row.includes(word)),
    );
    add(
      'grep -v',
      rows.filter((row) => !row.includes(word)),
    );
    add('grep with the header', [...header, ...rows.filter((row) => row.includes(word))], true);
    add('grep -v with the header', [...header, ...rows.filter((row) => !row.includes(word))], true);
    add('a command with grep', [`$ ${command} -plntu | grep -e State -e '${word}'`, ...header, ...rows]);
  }
  for (const width of WIDTHS)
    add(
      'cut -c',
      [...header, ...rows].map((line) => line.slice(0, width)),
    );
  add(
    'columns only',
    rows.map((row) => row.split(/\s+/).slice(4, 7).join(' ')),
  );
  return all;
}
