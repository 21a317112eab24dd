import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { toWhoTable } from '../../../src/report/who_table.js';
import type { Answer, WhoDocument } from '../../../src/snapshot/who/document.js';
import { who } from '../../../src/snapshot/who/who.js';
import { shortDirectory } from '../../kernel/sockets/live.js';
import { validator } from '../../package_schema.js';

/* Against the kernel of this machine. */

const validate = validator('snapshot/who/who.schema.json');

/** One socket of each kind, on ports that the kernel chose: printed as JSON. */
const HOLDERS = `
import json, os, socket, sys
def tcp(address="127.0.0.1"):
    s = socket.socket(); s.bind((address, 0)); return s
ports = {}
listener, bound, client, closed, orphan, unsent = [tcp() for _ in range(6)]
listener.listen()
udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); udp.bind(("127.0.0.1", 0))
for name, s in (("listener", listener), ("bound", bound), ("client", client), ("closed", closed), ("udp", udp), ("orphan", orphan), ("unsent", unsent)):
    ports[name] = s.getsockname()[1]
client.connect(listener.getsockname()); accepted, _ = listener.accept()
closed.connect(listener.getsockname()); other, _ = listener.accept()
closed.shutdown(socket.SHUT_WR); other.recv(1); other.close(); closed.recv(1); closed.close()
orphan.connect(listener.getsockname()); open_end, _ = listener.accept(); orphan.close()
unsent.connect(listener.getsockname()); deaf, _ = listener.accept(); unsent.setblocking(False)
try:
    while True: unsent.send(b"x" * 65536)
except BlockingIOError: unsent.close()
os.symlink("/absent/x", sys.argv[1] + ".link")
stale = socket.socket(socket.AF_UNIX); stale.bind(sys.argv[1]); stale.close()
abstract = socket.socket(socket.AF_UNIX); abstract.bind("\\0" + sys.argv[1]); abstract.listen()
free = tcp(); ports["free"] = free.getsockname()[1]; free.close()
print(json.dumps(ports), flush=True)
sys.stdin.read()
`;

async function holders(t: Test, path: string): Promise<{ pid: number; ports: Record<string, number> }> {
  const child = spawn('python3', ['-c', HOLDERS, path], { stdio: ['pipe', 'pipe', 'inherit'] });
  t.teardown(() => child.kill('SIGKILL'));
  const [line] = (await once(child.stdout, 'data')) as [Buffer];
  return { pid: child.pid ?? 0, ports: JSON.parse(String(line)) as Record<string, number> };
}

async function ask(t: Test, ...what: string[]): Promise<WhoDocument> {
  const document = await who(what, { owners: 'proc', allowModuleLoad: true });
  t.strictSame(validate(document), []);
  return document;
}

t.test('each kind of holder', async (t) => {
  const path = join(shortDirectory(t), 'x.sock');
  const { pid, ports } = await holders(t, path);
  const own = [{ kind: 'process', pid }];
  const [uid, user] = [userInfo().uid, userInfo().username];
  const place = (name: string) => `127.0.0.1:${ports[name]}`;
  const cases: [what: string, answer: object][] = [
    [
      `${ports['listener']}`,
      {
        result: 'held',
        complete: true,
        omitted: 0,
        holders: [
          { kind: 'listener', place: place('listener'), owners: own, ownersUnknown: null, uid, user, since: String },
        ],
      },
    ],
    [
      `${ports['bound']}`,
      { result: 'held', complete: true, holders: [{ kind: 'bound', place: place('bound'), owners: own }] },
    ],
    [
      place('client'),
      { result: 'held', holders: [{ kind: 'client', place: place('client'), owners: own, state: 'ESTABLISHED' }] },
    ],
    [
      `${ports['closed']}`,
      { result: 'held', complete: true, holders: [{ kind: 'time-wait', owners: [], uid: null, state: 'TIME_WAIT' }] },
    ],
    // Its peer has not closed it.
    [`${ports['orphan']}`, { complete: true, holders: [{ kind: 'time-wait', owners: [], state: 'FIN_WAIT2' }] }],
    // Its peer does not read what is still to be sent.
    [
      `${ports['unsent']}`,
      { complete: true, holders: [{ kind: 'client', owners: [], uid: null, state: 'FIN_WAIT1' }] },
    ],
    [`${ports['udp']}/udp`, { result: 'held', holders: [{ kind: 'listener', place: place('udp'), owners: own }] }],
    [
      path,
      {
        result: 'held',
        complete: true,
        holders: [{ kind: 'file', place: path, owners: [], socket: null, since: String }],
      },
    ],
    [`${path}.link`, { result: 'held', holders: [{ kind: 'other-file' }] }],
    ['/etc/passwd', { result: 'held', holders: [{ kind: 'other-file' }] }],
    [`@${path}`, { result: 'held', holders: [{ kind: 'listener', place: `@${path}`, owners: own }] }],
    [`127.0.0.2:${ports['listener']}`, { result: 'free', complete: true, holders: [] }],
    [`${path}.absent`, { result: 'free', complete: true, holders: [] }],
    // The kernel gave it to a client before, and can do so again.
    [`127.0.0.3:${ports['free']}`, { result: 'free', holders: [], ephemeral: { from: Number, to: Number } }],
  ];
  const document = await ask(t, ...cases.map(([what]) => what));
  for (const [at, [what, answer]] of cases.entries()) t.match(document.answers[at], answer, what);
  for (const { kind, remainingMs } of document.answers.flatMap((one) => one.holders)) {
    const isLeftover = kind === 'time-wait';
    t.equal(
      remainingMs !== null && remainingMs > 0 && remainingMs <= 60_000,
      isLeftover,
      `${kind}: for a minute at most`,
    );
  }
  const table = [...toWhoTable(document)].join('');
  t.match(table, `${ports['listener']}/tcp: in use\n  python3 (pid ${pid}`);
  t.match(table, `${path}.absent: nobody has it\n`);
});

t.test('what the page and its notes say', async (t) => {
  const [kubelet, cilium, ssh]: (Answer | undefined)[] = (await ask(t, '10250', '8472/udp', '22')).answers.slice();
  t.match(kubelet?.findings, [{ expected: { service: 'kubelet', port: 10250, protocol: 'tcp' } }]);
  t.match(cilium?.findings, [{ expected: { service: 'cilium-agent', port: 8472, protocol: 'udp' } }]);
  t.match(ssh?.notes, [{ owners: ['sshd', 'systemd'], reason: /SSH/ }]);
});
