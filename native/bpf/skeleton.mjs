// Build step for binding.gyp. `node skeleton.mjs check` prints `on` or `off`: whether eBPF is built in. It fails with the
// install command if a build tool is missing. `node skeleton.mjs build NAME OUTPUT` compiles NAME.bpf.c into a light skeleton:
// a C header that contains the program and needs no library at run time.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const HERE = dirname(fileURLToPath(import.meta.url));
const CLANGS = ['clang', ...[20, 19, 18, 17, 16, 15, 14].map((version) => `clang-${version}`)];
const HEADER = '/usr/include/bpf/bpf_helpers.h';

/** The first of these programs on PATH or in the sbin directories, which an unprivileged user's PATH often lacks. */
function find(names) {
  const folders = [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin', '/sbin'];
  return names.flatMap((name) => folders.map((folder) => join(folder, name))).find(existsSync) ?? null;
}

function check() {
  const choice = process.env.npm_config_k8s_sockwatch_bpf ?? 'on';
  if (choice === 'off') return 'off';
  if (choice !== 'on') throw new Error(`npm_config_k8s_sockwatch_bpf must be on or off, not ${JSON.stringify(choice)}`);
  const missing = [
    find(CLANGS) === null ? 'clang' : null,
    find(['bpftool']) === null ? 'bpftool' : null,
    existsSync(HEADER) ? null : 'libbpf-dev',
  ].filter((name) => name !== null);
  if (missing.length === 0) return 'on';
  throw new Error(
    `eBPF cannot be built in: run "apt-get install ${missing.join(' ')}", ` +
      'or build without it: npm_config_k8s_sockwatch_bpf=off npm run build',
  );
}

function build(name, output) {
  const object = `${output}.o`;
  mkdirSync(dirname(output), { recursive: true });
  // BPF bytecode depends on the byte order only, not on the processor.
  const flags = ['-g', '-O2', '-target', 'bpf', '-Wall', '-Wextra', '-Werror'];
  execFileSync(find(CLANGS), [...flags, '-c', join(HERE, `${name}.bpf.c`), '-o', object], { stdio: 'inherit' });
  const skeleton = execFileSync(find(['bpftool']), ['gen', 'skeleton', '-L', object, 'name', name]);
  writeFileSync(output, skeleton);
}

try {
  const [command, name, output] = process.argv.slice(2);
  if (command === 'build') build(name, output);
  else process.stdout.write(check());
} catch (error) {
  process.stderr.write(`k8s-sockwatch: ${error.message}\n`);
  process.exitCode = 1;
}
