import type { Settings } from '../../src/node/configuration.js';
import { ARGUMENTS_DIRECTORY, argumentSettings, readService } from '../../src/node/configuration.js';
import type { FileText } from '../../src/node/file_text.js';
import type { NodeReader } from '../../src/node/options.js';

/** A node with these files: their texts, or why they cannot be read. */
export function readerOf(files: Readonly<Record<string, string | FileText>>): NodeReader {
  return {
    text: async (path) => {
      const file = files[path];
      return file === undefined ? { state: 'absent' } : typeof file === 'string' ? { state: 'read', text: file } : file;
    },
    names: async (path) => {
      const below = Object.keys(files).filter((one) => one.startsWith(`${path}/`));
      return [...new Set(below.map((one) => one.slice(path.length + 1).replace(/\/.*/, '')))];
    },
  };
}

/** The settings of one service from its arguments file, its process and other files; null: there is none. */
export async function settingsWith(
  files: Parameters<typeof readerOf>[0],
  text: string | FileText | null,
  commandLine: readonly string[] | null = null,
  service = 'kubelet',
): Promise<Settings> {
  const all = text === null ? files : { ...files, [`${ARGUMENTS_DIRECTORY}/${service}`]: text };
  return argumentSettings([await readService(service, commandLine, readerOf(all))]);
}
