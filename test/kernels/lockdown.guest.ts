import { readFileSync } from 'node:fs';
import t from 'tap';
import { follow, mustRun, once, PATIENCE_MS, Sockets, sourceOf } from './guest.js';

/* Booted with lockdown=integrity or lockdown=confidentiality. A fault of the kernel fails the boot (console.ts). */

const mode = /\[(\w+)\]/.exec(readFileSync('/sys/kernel/security/lockdown', 'utf8'))?.[1];
const refused = mode === 'confidentiality';
const REFUSAL = { code: 'bpf-locked-down' };

t.test(`lockdown=${mode}`, async (t) => {
  t.match(readFileSync('/proc/cmdline', 'utf8'), `lockdown=${mode}`);
  const owners = sourceOf(once(), 'owners');
  t.equal(owners.via, refused ? '/proc' : 'bpf');
  if (refused) t.match(owners.notes, [REFUSAL], 'coverage says why');

  // Twice: without tracefs, and with it.
  for (const tracefs of [false, true]) {
    if (tracefs) mustRun('mount', '-t', 'tracefs', 'tracefs', '/sys/kernel/tracing');
    const stream = await follow(t, '--interval', '1');
    t.match(stream.changes[0], refused ? { mode: 'polling', refusal: REFUSAL } : { mode: 'ebpf', refusal: null });
    const sockets = new Sockets(t);
    await sockets.command('open');
    const opened = (port: number) => () =>
      stream.changes.some((change) => change.event === 'opened' && change.socket.port === port);
    await stream.until(opened(7001), 'an opening', PATIENCE_MS);
    await sockets.command('close');
    t.equal(await stream.stop(), 0, 'SIGTERM ends it');
    t.equal(stream.stderr, '');
  }
});
