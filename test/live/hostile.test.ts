import { spawn } from 'node:child_process';
import { once } from 'node:events';
import t from 'tap';
import { startLab } from '../lab/lab.js';
import { CLI, snapshotIn } from './cli.js';

const ABSTRACT = Buffer.from('a\0b\n\x1b[31m\xff<tag>', 'latin1');

/** Listens on an abstract unix socket with a hostile name until stdin closes. */
const LISTEN = `
import socket, sys
s = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
s.bind(b"\\0" + bytes.fromhex(sys.argv[1]))
s.listen()
print("ready", flush=True)
sys.stdin.read()
`;

const RAW = /[\p{Cc}\p{Cf}]/u;
const withoutNewlines = (text: string): string => text.replaceAll('\n', '');

t.test('names that processes choose', { timeout: 60_000 }, async (t) => {
  const lab = await startLab({ role: 'control-plane', family: 'dual', faults: ['hostile-name'] });
  t.teardown(() => lab.stop());
  const hostile = spawn('nsenter', [`--net=${lab.netns}`, 'python3', '-c', LISTEN, ABSTRACT.toString('hex')], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  t.teardown(() => hostile.stdin.end());
  await once(hostile.stdout, 'data');

  const { stdout } = await lab.exec([process.execPath, CLI, '--once']);
  t.notMatch(withoutNewlines(stdout), RAW, 'no control characters in JSON');
  const document = snapshotIn(stdout);
  const socket = document.sockets.find(({ abstractRaw }) => abstractRaw !== undefined);
  t.equal(socket?.abstract, 'a\0b\n\x1b[31m\\xff<tag>', 'a readable name');
  t.strictSame(Buffer.from(socket?.abstractRaw ?? '', 'base64'), ABSTRACT, 'its exact bytes');
  const owners = document.sockets.flatMap((one) => one.owners);
  t.ok(
    owners.some((owner) => owner.kind === 'process' && owner.comm === '\x1b[31mkubelet'),
    'a comm with an escape sequence is complete',
  );

  const table = await lab.exec([process.execPath, CLI, '--once', '--format', 'table']);
  t.notMatch(withoutNewlines(table.stdout), RAW, 'no control characters in a table');
  t.match(table.stdout, '\\x1b[31mkubelet', 'the escape sequence is escaped');
});
