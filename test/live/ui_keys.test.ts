import t, { type Test } from 'tap';
import { type Lab, startLab } from '../lab/lab.js';
import type { Terminal } from '../tui/tmux_terminal.js';
import { openProgram } from './node_terminal.js';
import { isOpen, listLines, untilSelected } from './ui_screen.js';

const FAULTS = ['scheduler-gone', 'healthz-on-wildcard', 'unexpected-tcp', 'operator-elsewhere'];

t.setTimeout(180_000);

let lab: Lab;
t.before(async () => {
  lab = await startLab({ role: 'control-plane', family: 'dual', faults: FAULTS });
});
t.teardown(() => lab.stop());

async function open(t: Test, height = 40, width = 140): Promise<Terminal> {
  const terminal = await openProgram(lab, { width, height });
  t.teardown(() => terminal.stop());
  await terminal.until(isOpen, 'the first snapshot');
  return terminal;
}

/** Presses a key and waits for its effect on the screen. */
async function press(terminal: Terminal, key: string, wanted: RegExp | ((text: string) => boolean)): Promise<string> {
  await terminal.keys(key);
  return terminal.until(wanted instanceof RegExp ? (text) => wanted.test(text) : wanted, `after ${key}, ${wanted}`);
}

t.test('the header shows node, sources, verdicts and tabs', async (t) => {
  const terminal = await open(t);
  const text = await terminal.text();
  const [first = '', second = '', third = '', tabs = ''] = text.split('\n');
  t.match(first, / control-plane {2}release /);
  t.match(first, /read \d+s ago {2}\d\d:\d\d:\d\d \S+$/, 'a clock');
  t.match(second, /^eth0 192\.0\.2\.2 fd00:2::2 .*owners bpf {2}events (?:fexit|tracepoint) {2}all read$/);
  t.match(third, /^✗ DRIFT {2}2 errors · 1 warning {2}1 exposed · 1 missing · 1 unexpected · 14 ok · 3 not-applicable/);
  t.match(tabs, /1 Page.*2 Listeners.*3 Events/);
  await terminal.until((later) => later.split('\n')[0] !== first, 'the clock moves');
});

t.test('keys switch views', async (t) => {
  const terminal = await open(t);
  const spec = /VERDICT. +SERVICE +EXPECTED +ACTUAL +OWNER/;
  const listeners = /PROT +ADDRESS +OWNER +EXPLAINED BY/;
  const events = /TIME +EVENT +WHERE +WHAT/;
  t.match(await terminal.text(), spec, 'the page view is the first');
  for (const [key, view] of [
    ['Tab', listeners],
    ['Tab', events],
    ['Tab', spec],
    ['BTab', events],
  ] as const) {
    t.match(await press(terminal, key, view), view, key);
  }
  for (const [key, view] of [
    ['1', spec],
    ['2', listeners],
    ['3', events],
    ['2', listeners],
  ] as const) {
    t.match(await press(terminal, key, view), view, key);
  }
});

t.test('the views show findings, listeners and events', async (t) => {
  const terminal = await open(t, 50, 200);
  const spec = await terminal.text();
  t.match(spec, /∅ missing +kube-scheduler +\*:10259/);
  t.match(spec, /◎ exposed +kubelet +localhost:10248 +\[::\]:10248 +\d+ kubelet snap\.k8s\.kubelet\.service/);
  t.match(spec, /✓ ok +containerd +\/run\/containerd\/contain/);
  t.match(spec, /✚ unexpected +- +- +\[::\]:31337 +\d+ backdoor/);
  await terminal.keys('s', 's', 's', 's', 's', 's');
  const inOrder = await press(terminal, 's', /in the order of the page/);
  for (const heading of ['All nodes', 'Control plane nodes', 'Unix sockets', 'Not in the page'])
    t.match(inOrder, heading);
  const listeners = await press(terminal, '2', /PROT/);
  t.match(listeners, /udp +0\.0\.0\.0:8472 +device cilium_vxlan +page: cilium-agent/);
  t.match(listeners, /tcp +0\.0\.0\.0:22 +\d+ sshd +note: /);
  t.match(listeners, /tcp +\[::\]:31337 +\d+ backdoor +✚ unexpected/);
  await lab.clear('scheduler-gone');
  const events = await press(terminal, '3', /verdict +\*:10259 +kube-scheduler: missing → ok/);
  t.match(events, /opened +\[::\]:10259 +\d+ kube-scheduler/);
  await lab.apply('scheduler-gone');
  await terminal.until((text) => /closed +\[::\]:10259/.test(text), 'it closes');
});

/** Without the uptime at the end, which changes during the test. */
const withoutUptime = (line: string): string => line.replace(/\s+\d+[smhdy]$/, '');

t.test('keys move the cursor', async (t) => {
  const terminal = await open(t, 24);
  const first = await untilSelected(terminal, (line) => line !== '', 'something is selected');
  await terminal.keys('j');
  const second = await untilSelected(terminal, (line) => line !== first, 'j');
  await terminal.keys('Down');
  const third = await untilSelected(terminal, (line) => line !== second, 'Down');
  await terminal.keys('k');
  await untilSelected(terminal, (line) => withoutUptime(line) === withoutUptime(second), 'k');
  await terminal.keys('Up');
  await untilSelected(terminal, (line) => withoutUptime(line) === withoutUptime(first), 'Up');
  await terminal.keys('G');
  const last = await untilSelected(terminal, (line) => line.includes('*:9963'), 'G');
  await terminal.keys('j');
  await terminal.keys('PPage');
  const above = await untilSelected(terminal, (line) => line !== last, 'PgUp');
  t.not(above, first, 'a page is less than the whole list');
  await terminal.keys('NPage');
  await untilSelected(terminal, (line) => withoutUptime(line) === withoutUptime(last), 'PgDn');
  await terminal.keys('g');
  await untilSelected(terminal, (line) => withoutUptime(line) === withoutUptime(first), 'g');
  t.ok(third);
});

t.test('details open and close', async (t) => {
  const terminal = await open(t, 50);
  await terminal.keys('/');
  await terminal.type('10248');
  await terminal.keys('Enter');
  await untilSelected(terminal, (line) => line.includes('10248'), 'the filter');
  const detail = await press(terminal, 'Enter', /next/);
  const pid = lab.processes.get('kubelet');
  const unit = ['snap.k8s.kubelet.service'];
  for (const part of [
    'exposed (error)',
    'kubelet on localhost:10248',
    'is listening on [::]:10248',
    'Change --healthz-bind-address=0.0.0.0',
    `pid ${pid}`,
    'inode',
    'cookie',
    'uid 0',
    '/bin/kubernetes',
    'comm',
    ...unit,
  ]) {
    t.ok(detail.includes(part), part);
  }
  await press(terminal, 'Enter', /VERDICT. +SERVICE/);
  await press(terminal, 'Enter', /next/);
  await press(terminal, 'Escape', /VERDICT. +SERVICE/);
  t.match(await terminal.text(), '/10248', 'Escape closes the details and keeps the filter');
  await press(terminal, 'Escape', (text) => !text.includes('/10248'));
  await press(terminal, '2', /PROT/);
  await press(terminal, 'Enter', /explained by/);
  await press(terminal, '3', /TIME/);
  await press(terminal, 'Enter', /event +started/);
});

t.test('a filter finds ports, verdicts, names, addresses and pods', async (t) => {
  const terminal = await open(t, 50);
  const shown = async (filter: string, count: number): Promise<string> => {
    await terminal.keys('/', 'C-u');
    await terminal.type(filter);
    return terminal.until((text) => new RegExp(`/${filter} .*/${count} of 20$`, 'm').test(text), `${filter}: ${count}`);
  };
  t.match(await shown('10259', 1), /kube-scheduler/);
  t.match(await shown('not-app', 3), /cilium-operator/, 'a verdict');
  t.match(await shown('etcd', 2), /2380/, 'a name');
  t.match(await shown('192.0.2.2', 4), /k8sd/, 'an address');
  t.match(await shown('5d2c1f0e', 4), /cilium-agent/, 'a pod');
  await shown('nothing-like-it', 0);
  t.match(await terminal.text(), 'nothing matches "nothing-like-it"');
  await terminal.keys('BSpace');
  await terminal.until((text) => text.includes('/nothing-like-i '), 'one letter less');
  await terminal.keys('Escape');
  await terminal.until((text) => text.includes('kube-apiserver'), 'everything again');
});

t.test('sort orders and faults only', async (t) => {
  // Wide enough for all columns: the others are no sort keys.
  const terminal = await open(t, 50, 260);
  await press(terminal, 'g', /worst first/);
  t.match(listLines(await terminal.text())[0], 'exposed', 'worst first');
  await press(terminal, 'S', /worst first, reversed/);
  t.match(listLines(await terminal.text())[0], 'not-applicable', 'reversed');
  await terminal.keys('S');
  for (const order of [
    'by service',
    'by port',
    'by actual',
    'by owner',
    'by queue',
    'by up',
    'in the order of the page',
  ]) {
    await press(terminal, 's', new RegExp(`${order} `));
  }
  await press(terminal, 'f', /faults only/);
  t.strictSame(
    listLines(await terminal.text()).filter((line) => / ok | not-applicable /.test(line)),
    [],
  );
  await press(terminal, 'f', (text) => text.includes('kube-apiserver'));
  await press(terminal, '2', /PROT/);
  for (const order of [
    'protocol',
    'address',
    'port',
    'owner',
    'explained',
    'up',
    'queue',
    'reach',
    'unit',
    'pod',
    'protocol and port',
  ]) {
    await press(terminal, 's', new RegExp(`${order} `));
  }
  await press(terminal, 's', /by protocol {2}/);
  await press(terminal, '1', /VERDICT/);
});

t.test('a pause freezes the screen', async (t) => {
  const terminal = await open(t, 50);
  await press(terminal, 'p', /PAUSED/);
  await lab.apply('unexpected-loopback');
  await press(terminal, 'r', /reading everything again; p shows it, after the pause/);
  t.notMatch(await terminal.text(), ':9229', 'the screen does not change');
  await press(terminal, 'p', /127\.0\.0\.1:9229/);
  await lab.clear('unexpected-loopback');
});

t.test('help lists every key', async (t) => {
  const terminal = await open(t, 50);
  const help = await press(terminal, '?', /arrows, j k +one line/);
  for (const key of [
    'arrows, j k',
    'PgUp/Dn ^U/^D',
    'g G',
    'n N',
    'Tab, 1 2 3',
    'Enter',
    'Space',
    'Esc',
    '/',
    'f s S',
    'arrows, h l',
    '? i',
    'q',
    '^L ^Z ^C',
  ]) {
    t.ok(
      help.split('\n').some((line) => line.startsWith(`${key} `) || line.includes(`  ${key} `)),
      key,
    );
  }
  await press(terminal, '?', /VERDICT. +SERVICE/);
  await press(terminal, '?', /arrows, j k +one line/);
  await press(terminal, 'Escape', /VERDICT. +SERVICE/);
});

t.test('the mouse selects, opens, sorts and scrolls', async (t) => {
  const terminal = await open(t, 24);
  const row = (text: string, part: string): number => text.split('\n').findIndex((line) => line.includes(part));
  const text = await terminal.text();
  await terminal.click(30, row(text, 'localhost:10249'));
  await untilSelected(terminal, (line) => line.includes('localhost:10249'), 'a click selects');
  await terminal.click(30, row(text, 'localhost:10249'));
  await terminal.until((now) => /next +Nothing to do/.test(now), 'a second one opens');
  await terminal.keys('Escape');
  await terminal.until((now) => now.includes('VERDICT'), 'the list again');
  await terminal.wheel('down', 30, 10);
  await untilSelected(terminal, (line) => !line.includes('localhost:10249'), 'the wheel scrolls');
  await terminal.wheel('up', 30, 10);
  await untilSelected(terminal, (line) => line.includes('localhost:10249'), 'and back');
  await terminal.click(3, 4);
  await terminal.until((now) => now.includes('worst first, reversed'), 'a click on a title sorts');
  await terminal.click(10, 3);
  await terminal.until((now) => now.includes('EXPLAINED BY'), 'a click on a tab');
});

t.test('q and Ctrl-C quit', async (t) => {
  for (const key of ['q', 'C-c']) {
    const terminal = await open(t);
    await terminal.keys(key);
    t.equal(await terminal.exit(), 0, key);
  }
  const typing = await open(t);
  await typing.keys('/', 'q');
  await typing.until((text) => text.includes('/q'), 'a letter of a filter');
  await typing.keys('C-c');
  t.equal(await typing.exit(), 0, 'Ctrl-C also quits while a filter is typed');
});
