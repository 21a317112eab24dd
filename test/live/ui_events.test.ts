import { spawnSync } from 'node:child_process';
import { readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import t from 'tap';
import { RECORDING } from '../demo/recording.js';
import { startLab } from '../lab/lab.js';
import { Terminal } from '../tui/tmux_terminal.js';
import { CLI, snapshotIn } from './cli.js';
import { openProgram } from './node_terminal.js';
import { isOpen, listLines } from './ui_screen.js';

t.setTimeout(120_000);

t.test('the list of events is in the order of what happened', async (t) => {
  const lab = await startLab({ role: 'worker', family: 'ipv4' });
  t.teardown(() => lab.stop());
  const terminal = await openProgram(lab, { width: 200, height: 50, argv: ['--view', 'events'] });
  t.teardown(() => terminal.stop());
  await terminal.until(isOpen, 'the first snapshot');
  const quiet = await terminal.until((text) => text.includes('nothing has changed since '), 'a quiet node');
  t.match(quiet, /nothing has changed since \d\d:\d\d:\d\d \S+/);
  await lab.apply('unexpected-tcp');
  await lab.apply('unexpected-udp');
  const changes = /none . unexpected:/g;
  await terminal.until((text) => (text.match(changes) ?? []).length >= 2, 'the verdicts');
  const lines = listLines(await terminal.still());
  const times = lines.map((line) => /\d\d:\d\d:\d\d/.exec(line)?.[0] ?? '');
  t.strictSame(times, [...times].sort().reverse(), 'newest first');
  for (const place of [':31337', ':161/udp']) {
    const of = (word: string): number => lines.findIndex((line) => line.includes(` ${word} `) && line.includes(place));
    t.ok(of('verdict') >= 0 && of('verdict') < of('opened'), `${place}\n${lines.join('\n')}`);
  }
});

t.test('w saves the snapshot with the events, and --replay shows them, from a file and from a pipe', async (t) => {
  const lab = await startLab({ role: 'worker', family: 'ipv4' });
  t.teardown(() => lab.stop());
  const directory = t.testdir();
  const terminal = await openProgram(lab, { width: 200, height: 50, directory, argv: ['--view', 'events'] });
  t.teardown(() => terminal.stop());
  await terminal.until(isOpen, 'the first snapshot');
  await lab.apply('unexpected-tcp');
  await terminal.until((text) => /none . unexpected/.test(text), 'the verdict');
  const lines = listLines(await terminal.still()).map((line) => line.slice(2));
  let saved = '';
  // The queues that are read between two keys may differ.
  for (let count = 0; count < 10 && !saved.includes('already saved as'); count += 1) {
    await terminal.keys('w');
    saved = await terminal.until((text) => text.includes('saved as'), 'the file');
    await terminal.keys('Escape');
    await terminal.until((text) => !text.includes('saved as'), 'the message goes');
  }
  t.match(saved, /already saved as\s/, 'nothing is written twice');
  const [name = ''] = (await readdir(directory)).sort().reverse();
  const file = join(directory, name);
  t.equal(snapshotIn(await readFile(file, 'utf8')).summary.verdicts.unexpected, 1);
  t.equal((await stat(file)).mode & 0o777, 0o600);
  const argv = [process.execPath, CLI, '--view', 'events', '--replay'];
  const pipe = ['sh', '-c', 'cat "$0" | "$@" -', file, ...argv];
  for (const [what, command] of [
    ['a file', [...argv, file]],
    ['a pipe', pipe],
  ] as const) {
    const replayed = await Terminal.start(command, { width: 200, height: 50 });
    t.teardown(() => replayed.stop());
    await replayed.until(isOpen, what);
    t.strictSame(
      listLines(await replayed.still()).map((line) => line.slice(2)),
      lines,
      what,
    );
    await replayed.keys('q');
    t.equal(await replayed.exit(), 0);
  }
});

t.test('a pipe that says nothing yet', async (t) => {
  const directory = t.testdir({ 'node.json': await readFile(RECORDING) });
  const argv = [process.execPath, CLI, '--replay', '-'];
  const slow = 'until [ -e go ]; do sleep 0.1; done; cat node.json';
  const command = ['sh', '-c', `cd "$0" && { ${slow}; } | "$@"`, directory, ...argv];
  const waiting = 'waiting for a snapshot on standard input';
  const terminal = await Terminal.start(command, { width: 120, height: 30 });
  t.teardown(() => terminal.stop());
  await terminal.until((text) => text.includes(waiting), 'what it waits for');
  await writeFile(join(directory, 'go'), '');
  await terminal.until(isOpen, 'the snapshot');
  await terminal.keys('q');
  t.equal(await terminal.exit(), 0);
  // Open for writing as well, so that it never ends.
  spawnSync('mkfifo', [join(directory, 'pipe')]);
  for (const key of ['q', 'C-c']) {
    const endless = await Terminal.start(['sh', '-c', 'exec "$@" <>"$0"', join(directory, 'pipe'), ...argv]);
    t.teardown(() => endless.stop());
    await endless.until((text) => text.includes(waiting), 'what it waits for');
    await endless.keys(key);
    t.equal(await endless.exit(), 0, key);
  }
  await rm(join(directory, 'go'));
  const check = command.with(2, `cd "$0" && { ${slow}; } | "$@"; exec cat`).with(-2, 'check');
  const progress = await Terminal.start([...check, '--format', 'table'], { width: 120, height: 30 });
  t.teardown(() => progress.stop());
  await progress.until((text) => text.includes('waiting for standard input'), 'the progress of check');
  await writeFile(join(directory, 'go'), '');
  await progress.until((text) => text.includes('kubelet'), 'the result');
});

t.test('a large snapshot: how far it is read, and a key meanwhile', async (t) => {
  const directory = t.testdir({ 'large.json': (await readFile(RECORDING, 'utf8')) + ' '.repeat(60_000_000) });
  const terminal = await Terminal.start([process.execPath, CLI, '--replay', join(directory, 'large.json')], {
    width: 200,
  });
  t.teardown(() => terminal.stop());
  const isReading = async (): Promise<boolean> => /large\.json, 60 MB: \w+, step \d of 4/.test(await terminal.text());
  await terminal.untilTrue(isReading, 'how far it is');
  await terminal.keys('C-c');
  t.equal(await terminal.exit(), 0);
});

t.test('a snapshot that is no snapshot, when the screen is open already', async (t) => {
  const directory = t.testdir();
  const argv = [process.execPath, CLI, '--replay', '-'];
  const command = ['sh', '-c', 'cd "$0" && until [ -e go ]; do sleep 0.1; done | "$@"; exec cat', directory, ...argv];
  const terminal = await Terminal.start(command, { width: 120, height: 30 });
  t.teardown(() => terminal.stop());
  await terminal.until((text) => text.includes('waiting for a snapshot'), 'what it waits for');
  await writeFile(join(directory, 'go'), '');
  await terminal.until((text) => text.includes('standard input: expected a snapshot'), 'why not');
  t.match(await terminal.state(), { alternateScreen: false, cursorVisible: true });
});

t.test('a pipe without a terminal for keys, and no pipe', async (t) => {
  const argv = [process.execPath, CLI, '--replay', '-'];
  const lost = await Terminal.start(['sh', '-c', 'setsid -w sh -c \'echo x | "$@"\' sh "$@"; exec cat', 'sh', ...argv]);
  t.teardown(() => lost.stop());
  t.match(
    await lost.until((text) => text.includes('\n') && text.trim() !== '', 'an error'),
    /keys come from \/dev\/tty/,
  );
  const none = await Terminal.start(['sh', '-c', '"$@"; exec cat', 'sh', ...argv]);
  t.teardown(() => none.stop());
  await none.until((text) => text.includes('reads a snapshot from a pipe, and stdin is a terminal'), 'an error');
});
