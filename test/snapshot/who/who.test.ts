import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { toWhoTable } from '../../../src/report/who_table.js';
import type { Answer, WhoDocument } from '../../../src/snapshot/who/document.js';
import { parseQuestion } from '../../../src/snapshot/who/question.js';
import { who } from '../../../src/snapshot/who/who.js';
import { shortDirectory } from '../../kernel/sockets/live.js';
import { validator } from '../../package_schema.js';

/* Against the kernel of this machine. */

const validate = validator('snapshot/who/who.schema.json');

/** One socket of each kind, on ports that the kernel chose: printed as JSON. */
const HOLDERS = `
import json, socket, sys
def tcp(address="127.0.0.1"):
    s = socket.socket(); s.bind((address, 0)); return s
ports = {}
listener, bound, client, closed = tcp(), tcp(), tcp(), tcp()
listener.listen()
udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); udp.bind(("127.0.0.1", 0))
for name, s in (("listener", listener), ("bound", bound), ("client", client), ("closed", closed), ("udp", udp)):
    ports[name] = s.getsockname()[1]
client.connect(listener.getsockname()); accepted, _ = listener.accept()
closed.connect(listener.getsockname()); other, _ = listener.accept()
closed.shutdown(socket.SHUT_WR); other.recv(1); other.close(); closed.recv(1); closed.close()
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
  const document = await who(what.map(parseQuestion), { owners: 'proc', allowModuleLoad: true });
  t.strictSame(validate(document), []);
  return document;
}

t.test('each kind of holder', async (t) => {
  const path = join(shortDirectory(t), 'x.sock');
  const { pid, ports } = await holders(t, path);
  const own = [{ kind: 'process', pid }];
  const place = (name: string) => `127.0.0.1:${ports[name]}`;
  const cases: [what: string, answer: object][] = [
    [
      `${ports['listener']}`,
      { result: 'held', holders: [{ kind: 'listener', place: place('listener'), owners: own }] },
    ],
    [`${ports['bound']}`, { result: 'held', holders: [{ kind: 'bound', place: place('bound'), owners: own }] }],
    [place('client'), { result: 'held', holders: [{ kind: 'client', place: place('client'), owners: own }] }],
    [`${ports['closed']}`, { result: 'held', complete: true, holders: [{ kind: 'time-wait', owners: [], uid: null }] }],
    [`${ports['udp']}/udp`, { result: 'held', holders: [{ kind: 'listener', place: place('udp'), owners: own }] }],
    [path, { result: 'held', complete: true, holders: [{ kind: 'file', place: path, owners: [], socket: null }] }],
    ['/etc/passwd', { result: 'held', holders: [{ kind: 'other-file' }] }],
    [`@${path}`, { result: 'held', holders: [{ kind: 'listener', place: `@${path}`, owners: own }] }],
    [`127.0.0.2:${ports['listener']}`, { result: 'free', complete: true, holders: [] }],
    [`${path}.absent`, { result: 'free', complete: true, holders: [] }],
    // The kernel gave it to a client before, and can do so again.
    [`127.0.0.3:${ports['free']}`, { result: 'free', holders: [], ephemeral: { from: Number, to: Number } }],
  ];
  const document = await ask(t, ...cases.map(([what]) => what));
  for (const [at, [what, answer]] of cases.entries()) t.match(document.answers[at], answer, what);
  const closed = document.answers[3]?.holders[0]?.remainingMs ?? 0;
  t.ok(closed > 0 && closed <= 60_000, 'a closed connection stays for a minute at most');
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
