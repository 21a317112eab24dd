/**
 * `npm run demo:record`: makes the recording that the demo shows where there is no root: a lab with every verdict. As root.
 */

import { writeFile } from 'node:fs/promises';
import { startLab } from '../lab/lab.js';
import { CLI, snapshotIn } from '../live/cli.js';
import { asOnRealNode, onNamedNode, RECORDING } from './recording.js';
import { TOGGLES } from './toggles.js';

const lab = await startLab({ role: 'control-plane', family: 'dual', faults: TOGGLES.map(({ fault }) => fault) });
try {
  const { stdout, stderr } = await lab.exec(onNamedNode([process.execPath, CLI, '--once']));
  if (stderr !== '') throw new Error(stderr);
  // A kernel's name goes on with whatever its builder added.
  const text = asOnRealNode(stdout, lab).replace(/("kernel": "[\d.]+)[^"]*/, '$1');
  const { verdicts } = snapshotIn(text).summary;
  const absent = Object.entries(verdicts).filter(([, count]) => count === 0);
  if (absent.length > 0) throw new Error(`not every verdict is there: ${JSON.stringify(verdicts)}`);
  await writeFile(RECORDING, text);
} finally {
  await lab.stop();
}
