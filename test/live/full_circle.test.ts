import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chmod, chown, copyFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t from 'tap';
import type { SnapshotDiff } from '../../src/snapshot/diff/diff.js';
import type { Expectation } from '../lab/faults/fault.js';
import { startLab } from '../lab/lab.js';
import { validDiff } from '../snapshot/document/valid_diff.js';
import { Terminal } from '../tui/tmux_terminal.js';
import { snapshotIn, verdictsOf } from './cli.js';
import { installPackage, removePackage } from './installed.js';
import { isOpen, lineFor } from './ui_screen.js';

// A snapshot is taken on a faulty node, and evaluated on a machine that has nothing but the file.

const NOBODY = 65534;

const FAULTS = [
  'healthz-on-wildcard',
  'foreign-on-10250',
  'scheduler-gone',
  'fan-device-on-8472',
  'k8sd-on-second-interface',
  'etcd-only-on-loopback',
  'unexpected-tcp',
];

let cli = '';
let elsewhere = '';
t.before(async () => {
  cli = await installPackage();
  elsewhere = await mkdtemp(join(tmpdir(), 'sockwatch-elsewhere-'));
  await chmod(elsewhere, 0o755);
});
t.teardown(async () => {
  await removePackage(cli);
  await rm(elsewhere, { recursive: true, force: true });
});

/** Runs the program as an unprivileged user without any network, not even loopback. */
function unprivileged(...argv: string[]): string[] {
  const user = ['setpriv', `--reuid=${NOBODY}`, `--regid=${NOBODY}`, '--clear-groups', '--no-new-privs'];
  const environment = ['env', '-i', `PATH=${process.env['PATH'] ?? ''}`, 'TERM=tmux-256color', 'LANG=C.UTF-8'];
  return ['unshare', '--net', ...user, ...environment, process.execPath, cli, ...argv];
}

function runElsewhere(...argv: string[]): { code: number | null; stdout: string; stderr: string } {
  const [command = '', ...rest] = unprivileged(...argv);
  const { status, stdout, stderr } = spawnSync(command, rest, { cwd: elsewhere, encoding: 'utf8' });
  return { code: status, stdout, stderr };
}

/** `kubelet 10250/tcp`, as in verdictsOf(). */
function nameOf({ subject }: Expectation): string {
  if (subject.kind === 'unix-row') return `${subject.service} ${subject.path}`;
  return `${subject.kind === 'row' ? subject.service : 'listener'} ${subject.port}/${subject.protocol}`;
}

/** `:10250/tcp`, which the addresses and subjects in a diff contain. */
function endpointOf({ subject }: Expectation): string {
  return subject.kind === 'unix-row' ? subject.path : `:${subject.port}/${subject.protocol}`;
}

t.test('the file alone shows the faults of its node', { timeout: 180_000 }, async (t) => {
  const lab = await startLab({ role: 'control-plane', family: 'dual' });
  t.teardown(() => lab.stop());
  const directory = t.testdir({});
  const key = join(directory, 'key');
  await writeFile(key, randomBytes(32));

  /** Takes a redacted snapshot and copies it elsewhere. */
  const collect = async (name: string): Promise<{ code: number; text: string }> => {
    const file = join(directory, name);
    const options = ['--once', '--redact', '--redact-key', key, '--output', file];
    const { code, stdout, stderr } = await lab.exec([process.execPath, cli, ...options]);
    t.strictSame([stdout, stderr], ['', ''], `${name}: no other output`);
    await copyFile(file, join(elsewhere, name));
    await chown(join(elsewhere, name), NOBODY, NOBODY);
    await chmod(join(elsewhere, name), 0o400);
    return { code, text: await readFile(file, 'utf8') };
  };
  const healthy = await collect('healthy.json');
  t.equal(healthy.code, 0, 'the healthy node matches');
  for (const fault of FAULTS) await lab.apply(fault);
  const faulty = await collect('faulty.json');
  t.equal(faulty.code, 1, 'the faulty node drifts');
  const expected = lab.expectations();
  const changed = Object.fromEntries(expected.map((one) => [nameOf(one), one.verdict as string]));
  const taken = snapshotIn(faulty.text);
  t.strictSame(verdictsOf(taken), { ...verdictsOf(snapshotIn(healthy.text)), ...changed }, 'on the node');
  const secrets = [lab.addresses.ipv4, 'intruder', 'backdoor', lab.directory];
  t.strictSame(
    secrets.filter((one) => faulty.text.includes(one)),
    [],
    'the file contains nothing that identifies the node',
  );

  const checked = runElsewhere('check', 'faulty.json', '--format', 'json');
  t.strictSame([checked.code, checked.stderr], [1, ''], 'check');
  const again = snapshotIn(checked.stdout);
  t.strictSame(again.findings, taken.findings, 'the same findings as on the node');
  t.strictSame(again.summary, taken.summary);
  t.equal(runElsewhere('check', 'healthy.json').code, 0, 'the healthy node matches');

  const compared = runElsewhere('diff', 'healthy.json', 'faulty.json', '--format', 'json');
  t.strictSame([compared.code, compared.stderr], [1, '']);
  const result: SnapshotDiff = JSON.parse(compared.stdout);
  t.strictSame(validDiff(result), []);
  const verdicts = result.differences.filter((one) => one.kind === 'verdict');
  const reported = verdicts.map(({ subject, after }) => {
    const about = expected.find((one) => subject.includes(endpointOf(one)));
    return `${about === undefined ? subject : nameOf(about)}: ${after?.verdict}`;
  });
  const faults = Object.entries(changed).map(([name, verdict]) => `${name}: ${verdict}`);
  t.strictSame(reported.sort(), faults.sort(), 'diff reports exactly the faults');
  const listeners = result.differences.filter((one) => 'program' in one && one.matters);
  const unrelated = listeners.filter((one) => {
    const places = 'program' in one ? [...(one.before?.places ?? []), ...(one.after?.places ?? [])] : [];
    return !places.every((place) => expected.some((fault) => place.endsWith(endpointOf(fault))));
  });
  t.ok(listeners.length > 0 && unrelated.length === 0, 'and no other listener', { unrelated });

  const terminal = await Terminal.start(unprivileged('--replay', join(elsewhere, 'faulty.json')), {
    width: 200,
    height: 60,
  });
  t.teardown(() => terminal.stop());
  const screen = await terminal.until(isOpen, 'the TUI');
  for (const { subject, verdict } of expected) {
    const line = lineFor(screen, lab, { subject, verdict });
    t.ok(line, `the TUI shows ${verdict} ${'port' in subject ? subject.port : subject.path}`, { screen });
  }
  await terminal.keys('q');
  t.equal(await terminal.exit(), 0);
});
