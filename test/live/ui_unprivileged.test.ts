import { spawnSync } from 'node:child_process';
import { chmod, copyFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t from 'tap';
import { RECORDING } from '../demo/recording.js';
import { startLab } from '../lab/lab.js';
import { CLI } from './cli.js';
import { installPackage, removePackage } from './installed.js';
import { openProgram } from './node_terminal.js';
import { isOpen } from './ui_screen.js';

const NOBODY = 65534;

t.setTimeout(180_000);

let cli = '';
let directory = '';
t.before(async () => {
  cli = await installPackage();
  directory = await mkdtemp(join(tmpdir(), 'sockwatch-replay-'));
  await chmod(directory, 0o755);
  await copyFile(RECORDING, join(directory, 'node.json'));
  await chmod(join(directory, 'node.json'), 0o644);
});
t.teardown(async () => {
  await removePackage(cli);
  await rm(directory, { recursive: true, force: true });
});

t.test('without root the screen works and a notice says what it cannot see', async (t) => {
  const lab = await startLab({
    role: 'control-plane',
    family: 'dual',
    faults: ['scheduler-gone', 'healthz-on-wildcard'],
  });
  t.teardown(() => lab.stop());
  const terminal = await openProgram(lab, {
    ...{ width: 120, height: 60, uid: NOBODY, cli, directory },
    argv: ['--role', 'control-plane'],
  });
  t.teardown(() => terminal.stop());
  const text = await terminal.until((now) => isOpen(now) && now.includes('sudo k8s-sockwatch'), 'the notice');
  t.match(text, /owners of \d+ of \d+ listeners are unknown/);
  t.match(text, 'incomplete: owners', 'a mark in the header');
  t.match(text, 'polling', 'the source of events');
  t.match(text, /∅ missing +kube-scheduler/);
  t.match(text, /◎ exposed +kubelet/);
  await terminal.keys('j');
  await terminal.until((now) => !now.includes('sudo k8s-sockwatch'), 'the notice goes away');
  await lab.apply('unexpected-udp');
  await terminal.until((now) => /0\.0\.0\.0:161|\[::\]:161/.test(now), 'changes are still found');
  await terminal.keys('w');
  await terminal.until((now) => /EACCES|permission/i.test(now), 'a failure to write is shown');
  await terminal.keys('q');
  t.equal(await terminal.exit(), 0);
});

t.test('a recording needs neither root nor a node', async (t) => {
  const terminal = await openProgram(null, {
    ...{ width: 160, height: 50, uid: NOBODY, cli, directory },
    argv: ['--replay', 'node.json'],
  });
  t.teardown(() => terminal.stop());
  const text = await terminal.until(isOpen, 'the recording');
  t.match(text, /^node-1 .* RECORDING of \d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC/m);
  t.match(text, '  control-plane  ');
  t.match(text, /◎ exposed +kubelet +localhost:10248/);
  await terminal.keys('2');
  t.match(await terminal.until((now) => now.includes('EXPLAINED BY'), 'listeners'), /\[::\]:31337/);
  await terminal.keys('Enter');
  await terminal.until((now) => /exe +\//.test(now), 'details');
  await terminal.keys('3');
  await terminal.until((now) => now.includes('this snapshot was saved without events'), 'events');
  await terminal.keys('r');
  await terminal.until((now) => now.includes('cannot be read again'), 'r');
  await terminal.keys('q');
  t.equal(await terminal.exit(), 0);
});

t.test('a file that is not a snapshot is refused in one line', async (t) => {
  // Opening a pipe that has no writer blocks.
  t.equal(spawnSync('mkfifo', [join(directory, 'pipe')]).status, 0);
  for (const file of [CLI, '/dev/null', 'none.json', 'pipe', directory]) {
    const terminal = await openProgram(null, { width: 200, directory, argv: ['--replay', file] });
    t.teardown(() => terminal.stop());
    t.equal(await terminal.exit(), 2, file);
    t.match(await terminal.text(), /^k8s-sockwatch: [^\n]+\n*$/);
    t.equal((await terminal.state()).alternateScreen, false);
  }
});

t.test('without a terminal an error names the alternatives', (t) => {
  const cases: readonly (readonly [argv: readonly string[], instead: RegExp])[] = [
    [[], /\(use --once /],
    [['--replay', join(directory, 'node.json')], /\(k8s-sockwatch check FILE /],
  ];
  for (const [argv, instead] of cases) {
    const { status, stdout, stderr } = spawnSync(process.execPath, [CLI, ...argv], { encoding: 'utf8' });
    t.equal(status, 2);
    t.equal(stdout, '');
    t.match(stderr, /^k8s-sockwatch: [^\n]*terminal[^\n]*\n$/);
    t.match(stderr, instead);
  }
  t.end();
});
