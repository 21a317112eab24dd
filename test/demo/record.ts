/** `npm run demo:record`: records a lab with every verdict, which the demo shows without root. Needs root. */

import { writeFile } from 'node:fs/promises';
import { startLab } from '../lab/lab.js';
import { CLI, snapshotIn } from '../live/cli.js';
import { asOnRealNode, onNamedNode, RECORDING } from './recording.js';
import { TOGGLES } from './toggles.js';

const lab = await startLab({ role: 'control-plane', family: 'dual', faults: TOGGLES.map(({ fault }) => fault) });
try {
  const { stdout, stderr } = await lab.exec(onNamedNode([process.execPath, CLI, '--once']));
  if (stderr !== '') throw new Error(stderr);
  // The kernel's release may have a suffix of its builder.
  const text = asOnRealNode(stdout, lab).replace(/("kernel": "[\d.]+)[^"]*/, '$1');
  const { verdicts } = snapshotIn(text).summary;
  const absent = Object.entries(verdicts).filter(([, count]) => count === 0);
  if (absent.length > 0) throw new Error(`verdicts are missing: ${JSON.stringify(verdicts)}`);
  await writeFile(RECORDING, text);
} finally {
  await lab.stop();
}
