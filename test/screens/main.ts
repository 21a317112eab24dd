/** `npm run screens`: makes the images of README and docs/ from the TUI in a terminal, on a lab with some faults. Needs root. */

import { link, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { onNamedNode } from '../demo/recording.js';
import { type Lab, startLab } from '../lab/lab.js';
import { BIN } from '../lab/namespaces.js';
import { binOf } from '../lab/stand_in.js';
import { CLI } from '../live/cli.js';
import { inLab } from '../live/node_terminal.js';
import { isOpen, untilSelected } from '../live/ui_screen.js';
import { parseScreen } from '../tui/sgr.js';
import { Terminal } from '../tui/tmux_terminal.js';
import { openDrill, SCREEN_DRILLS } from './drills.js';
import { likeRealNode } from './real_node.js';
import { toSvg } from './svg.js';

/** The directory in the source tree; this file runs from dist/. */
const DIRECTORY = fileURLToPath(new URL('../../../docs/screens/', import.meta.url));
/** A dark background, like that of the images (COLORFGBG is set by some terminals). */
const TERMINAL = { width: 100, height: 30, env: { COLORFGBG: '15;0' } };
/** Faults, and what the view of events says of each; the last restarts a service. */
const FAULTS: readonly (readonly [fault: string, event: RegExp])[] = [
  ['operator-elsewhere', /cilium-operator: \S+ → not-applicable/],
  ['fan-device-on-8472', /cilium-agent: \S+ → wrong-owner/],
  ['scheduler-gone', /kube-scheduler: \S+ → missing/],
  ['unexpected-tcp', /none → unexpected/],
  ['healthz-on-wildcard', /kubelet: \S+ → exposed[\s\S]* restarted /],
];

/** One after the other: at once, their events come in any order, and push each other out of the screen. */
async function causeEvents(lab: Lab, terminal: Terminal): Promise<void> {
  await lab.apply('held-by-child-too');
  for (const [fault, event] of FAULTS) {
    await lab.apply(fault);
    await terminal.until((text) => event.test(text), fault, 30_000);
  }
  const bin = binOf(lab.directory);
  await link(join(bin, 'stand_in'), join(bin, 'metrics-agent'));
  await lab.exec([join(BIN, 'metrics-agent')], { env: { STAND_IN: 'tcp,0.0.0.0,10250' } });
  await terminal.until((text) => text.includes('bind-failed'), 'a failed bind');
}

async function take(
  terminal: Terminal,
  lab: Lab,
  name: string,
  title: string,
  paper: 'dark' | 'light' = 'dark',
): Promise<void> {
  await terminal.still();
  const screen = likeRealNode(await terminal.styled(), lab);
  const file = join(DIRECTORY, `${name}.svg`);
  await writeFile(file, toSvg(parseScreen(screen), TERMINAL.width, title, paper));
  console.log(file);
}

/** The images of docs/drills.md. */
async function takeDrills(): Promise<void> {
  await mkdir(join(DIRECTORY, 'drills'), { recursive: true });
  const lab = await startLab({ role: 'control-plane' });
  try {
    for (const drill of SCREEN_DRILLS) {
      await lab.apply(drill.fault);
      const terminal = await openDrill(lab, drill);
      try {
        await take(terminal, lab, `drills/${drill.fault}`, drill.title);
      } finally {
        await terminal.stop();
      }
      await lab.clear(drill.fault);
    }
  } finally {
    await lab.stop();
  }
}

const PAGE_TITLE = 'The page view: every row of the page with its verdict, worst first';

const openScreen = (lab: Lab, options: typeof TERMINAL): Promise<Terminal> =>
  Terminal.start(inLab(lab, onNamedNode([process.execPath, CLI])), options);

const lab = await startLab({ role: 'control-plane', family: 'dual' });
const terminal = await openScreen(lab, TERMINAL);
try {
  await terminal.until(isOpen, 'the first snapshot');
  await terminal.keys('3');
  await causeEvents(lab, terminal);
  await terminal.until((text) => !/^[+~-] /m.test(text), 'no marks of changes');
  let selected = await untilSelected(terminal, () => true, 'a selected line');
  while (!selected.includes('bind-failed')) {
    const before = selected;
    await terminal.keys('j');
    selected = await untilSelected(terminal, (now) => now !== before, 'the line below');
  }
  await take(
    terminal,
    lab,
    'events',
    'The events view: what opened, closed, restarted or failed to bind, and which verdicts changed',
  );
  await terminal.keys('1', 'g');
  await terminal.until((text) => text.includes('worst first'), 'worst first');
  await take(terminal, lab, 'page', PAGE_TITLE);
  const light = await openScreen(lab, { ...TERMINAL, env: { COLORFGBG: '0;15' } });
  await light.until(isOpen, 'the first snapshot');
  await take(light, lab, 'page-light', PAGE_TITLE, 'light');
  await light.stop();
  await terminal.keys('Enter');
  await terminal.until((text) => /^next /m.test(text), 'details');
  await take(
    terminal,
    lab,
    'detail',
    'Details of a row: why it has its verdict, what to do next, its sockets and their owners',
  );
  await terminal.keys('2');
  await terminal.until((text) => text.includes('EXPLAINED BY'), 'listeners');
  await terminal.keys('s', 's', 's', 's', 's', 'g', 'j', 'j');
  await terminal.until((text) => text.includes('by explained'), 'faults first');
  await take(terminal, lab, 'listeners', 'The listeners view: all listeners, and what explains each');
} finally {
  await terminal.stop();
  await lab.stop();
}
await takeDrills();
