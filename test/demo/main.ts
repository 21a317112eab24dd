import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { runAttached } from '../lab/child.js';
import { startLab } from '../lab/lab.js';
import { CLI } from '../live/cli.js';
import { onNamedNode, RECORDING } from './recording.js';
import { Switches } from './switches.js';
import { TOGGLES } from './toggles.js';

const SCREEN = fileURLToPath(new URL('./screen.js', import.meta.url));

const USAGE = `Usage: npm run demo [-- --recording]

Opens the terminal UI on a pretend node. Capital letters break the node and mend it again:

${TOGGLES.map(({ key, verdict, explanation }) => `  ${key}  ${verdict.padEnd(15)} ${explanation}`).join('\n')}

  --recording   a recording of such a node instead, which is what there is without root
`;

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: { recording: { type: 'boolean', default: false }, help: { type: 'boolean', default: false } },
  });
  if (values.help) {
    process.stdout.write(USAGE);
    return 0;
  }
  if (values.recording || process.getuid?.() !== 0) {
    return runAttached([process.execPath, CLI, '--replay', RECORDING]);
  }
  // Neither a signal nor an error from a closed terminal may end the process before the lab is stopped.
  process.stderr.on('error', () => {});
  const interrupted = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => interrupted.abort());
  const lab = await startLab({ family: 'dual', onStep: (line) => process.stderr.write(`${line}\n`) });
  try {
    if (interrupted.signal.aborted) return 0;
    const switches = new Switches(lab);
    return await lab.attach(onNamedNode([process.execPath, SCREEN]), (message) => switches.answer(message));
  } finally {
    process.stderr.write('taking the node down\n');
    await lab.stop();
  }
}

try {
  process.exitCode = await main();
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 2;
}
