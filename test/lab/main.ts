import { once } from 'node:events';
import { parseArgs } from 'node:util';
import { printable } from '../../src/base/text.js';
import { FAULTS } from './faults.js';
import { type Lab, startLab } from './lab.js';

const USAGE = `Usage: lab [options] [-- COMMAND...]

Builds a pretend Kubernetes node, runs COMMAND on it (or waits for Ctrl-C), and takes it down again. Needs root.

  --role ROLE              control-plane (default) or worker
  --dual                   with IPv6
  --fault NAME             with something wrong; may be repeated
  --containerd-path PATH   where containerd's socket is, instead of /run/containerd/containerd.sock
  --list                   list the faults
  --help                   this text
`;

/** As in a shell, for a command ended by Ctrl-C. */
const INTERRUPTED = 130;

function list(): string {
  const width = Math.max(...FAULTS.map(({ name }) => name.length));
  const lines = FAULTS.map(({ name, description, roles, families }) => {
    const where = [...(roles ?? []), ...(families ?? [])].join(', ');
    return `${name.padEnd(width)}  ${description}${where === '' ? '' : ` [${where}]`}\n`;
  });
  return lines.join('');
}

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    options: {
      role: { type: 'string', default: 'control-plane' },
      dual: { type: 'boolean', default: false },
      fault: { type: 'string', multiple: true, default: [] },
      'containerd-path': { type: 'string' },
      list: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
    allowPositionals: true,
  });
  if (values.help || values.list) {
    process.stdout.write(values.help ? USAGE : list());
    return 0;
  }
  const { role, dual, fault: faults, 'containerd-path': containerdPath } = values;
  if (role !== 'control-plane' && role !== 'worker') throw new Error(`--role ${role} is not a role`);

  // Neither a signal nor an error from a closed terminal may end the process before the lab is stopped.
  process.stderr.on('error', () => {});
  const interrupted = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => interrupted.abort());

  const lab = await startLab({
    role,
    family: dual ? 'dual' : 'ipv4',
    faults,
    onStep: (line) => process.stderr.write(`${line}\n`),
    ...(containerdPath === undefined ? {} : { containerdPath }),
  });
  try {
    if (interrupted.signal.aborted) return INTERRUPTED;
    if (positionals.length > 0) return await lab.attach(positionals);
    describe(lab);
    await untilEndOfInput(interrupted.signal);
    return 0;
  } finally {
    process.stderr.write('stopping\n');
    await lab.stop();
  }
}

function describe(lab: Lab): void {
  for (const { name, description } of lab.faults) process.stderr.write(`fault ${name}: ${description}\n`);
  for (const [name, pid] of [...lab.processes].sort()) process.stderr.write(`${printable(name)} is process ${pid}\n`);
  process.stderr.write('ready; Ctrl-C ends it. The network namespace is\n');
  process.stdout.write(`${lab.netns}\n`);
}

async function untilEndOfInput(signal: AbortSignal): Promise<void> {
  process.stdin.resume();
  await Promise.race([once(process.stdin, 'end'), once(signal, 'abort')]);
  process.stdin.pause();
}

try {
  process.exitCode = await main();
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 2;
}
