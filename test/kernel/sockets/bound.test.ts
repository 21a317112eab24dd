import { spawn } from 'node:child_process';
import { once } from 'node:events';
import t, { type Test } from 'tap';
import { native } from '../../../src/kernel/addon.js';
import { type BoundSocket, socketsOfPass, socketsOnPorts } from '../../../src/kernel/sockets/bound.js';

const uid = process.getuid?.();
const needsRoot = { skip: uid === 0 ? false : `eBPF takes root or capabilities, and we are user ${uid}` };

/** Sockets in every state that has a port; prints their ports. */
const HOLD = `
import json, socket, sys
def tcp(family, host, listens=False, v6only=1):
    s = socket.socket(family)
    if family == socket.AF_INET6: s.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, v6only)
    s.bind((host, 0))
    if listens: s.listen()
    return s
never_bound = socket.socket()
held = {
  "bound": tcp(socket.AF_INET, "127.0.0.1"),
  "bound6": tcp(socket.AF_INET6, "::1"),
  "wildcard6": tcp(socket.AF_INET6, "::", v6only=0),
  "mapped": tcp(socket.AF_INET6, "::ffff:127.0.0.1", v6only=0),
  "listener": tcp(socket.AF_INET, "127.0.0.1", True),
  "client": tcp(socket.AF_INET, "127.0.0.1"),
  "udp": socket.socket(socket.AF_INET, socket.SOCK_DGRAM),
  "peer": socket.socket(socket.AF_INET6, socket.SOCK_DGRAM),
}
held["client"].connect(held["listener"].getsockname())
held["udp"].bind(("127.0.0.1", 0))
held["peer"].connect(("::1", 9))
print(json.dumps({name: s.getsockname()[1] for name, s in held.items()}), flush=True)
sys.stdin.read()
`;

/** The process that holds them, and their ports by name. */
async function holdSockets(t: Test): Promise<{ pid: number | undefined; held: Record<string, number> }> {
  const holder = spawn('python3', ['-c', HOLD], { stdio: ['pipe', 'pipe', 'inherit'] });
  t.teardown(() => holder.stdin.end());
  const [line] = (await once(holder.stdout, 'data')) as [Buffer];
  return { pid: holder.pid, held: JSON.parse(String(line)) as Record<string, number> };
}

const CONTEXT = { netns: '1', devices: new Map<number, string>() };

/** What both know of a socket in every state. */
const fieldsOf = ({ kind, listener }: BoundSocket) => {
  const { protocol, family, address, port, inode } = listener;
  return { kind, protocol, family, address, port, inode };
};

const byInode = (sockets: readonly BoundSocket[]) =>
  sockets.map(fieldsOf).sort((one, other) => one.inode - other.inode);

t.test('a pass over all descriptors has the sockets that sock_diag lists', needsRoot, async (t) => {
  const { held } = await holdSockets(t);
  const pass = await native().iterateOwners?.(Number(native().ownNetnsInode()));
  t.ok(pass);
  if (pass === undefined) return;
  const access = { netns: null, allowModuleLoad: true };
  for (const protocol of ['tcp', 'udp'] as const) {
    for (const [name, port] of Object.entries(held)) {
      const seen = byInode(socketsOfPass(protocol, new Set([port]), pass, CONTEXT));
      const unanswered = (sockets: readonly BoundSocket[]) => new Set(sockets.length === 0 ? [port] : []);
      const listed = await socketsOnPorts(protocol, new Set([port]), access, CONTEXT, unanswered);
      // The other end of a connection has no inode before it is accepted, and no process.
      t.strictSame(
        seen,
        byInode(listed.sockets.filter(({ listener }) => listener.inode !== 0)),
        `${protocol} of ${name}`,
      );
    }
  }
  t.match(socketsOfPass('tcp', new Set([held['bound'] ?? 0]), pass, CONTEXT), [
    { kind: 'bound', listener: { address: '127.0.0.1', uid: null } },
  ]);
  for (const [name, v6only] of Object.entries({ bound6: true, wildcard6: false })) {
    t.match(socketsOfPass('tcp', new Set([held[name] ?? 0]), pass, CONTEXT), [{ listener: { v6only } }], name);
  }
  t.strictSame(socketsOfPass('tcp', new Set([0]), pass, CONTEXT), [], 'none without a port');
});

t.test('sockets of other network namespaces are not among them', needsRoot, async (t) => {
  const { pid } = await holdSockets(t);
  const pass = await native().iterateOwners?.(1);
  t.strictSame([pass?.tcp.count, pass?.udp.count], [0, 0]);
  t.ok(pass?.pid.includes(pid ?? 0), 'their owners are');
  const listening = await native().iterateOwners?.(null);
  t.strictSame([listening?.tcp.count, listening?.udp.count], [0, 0]);
});
