import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import t, { type Test } from 'tap';
import { type EventStream, type KernelEvent, native } from '../../src/kernel/addon.js';
import { openDescriptors } from '../kernel/open_descriptors.js';

/* native/event_stream.cc and the event programs, against the kernel of this machine. */

const OPENED = 1;
const CLOSED = 2;
const BIND_FAILED = 3;
const ENOENT = 2;
const skip = process.getuid?.() === 0 ? false : 'loading the event programs takes root';

/** Opens a stream and collects what it takes, until the test ends. */
function openStream(t: Test, netns: number | null = null) {
  const collected: KernelEvent[] = [];
  const batches: number[] = [];
  let lost = 0;
  let wake = (): void => {};
  const take = (): void => {
    const taken = stream.take();
    collected.push(...taken.events);
    batches.push(taken.events.length);
    lost += taken.lost;
    wake();
  };
  const stream = open(take, netns);
  t.teardown(() => stream.close());
  const until = async (condition: () => boolean): Promise<void> => {
    while (!condition()) {
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
  };
  return { stream, collected, batches, until, lost: () => lost };
}

function open(onReady: () => void, netns: number | null = null): EventStream {
  const stream = native().openEvents?.(onReady, netns);
  if (stream === undefined) throw new Error('this build has no eBPF');
  return stream;
}

/** Runs a command until it exits, and returns its pid. */
async function runToEnd(command: string, argv: readonly string[]): Promise<number> {
  const child = spawn(command, argv, { stdio: ['ignore', 'inherit', 'inherit'] });
  const [exitCode] = await once(child, 'exit');
  if (exitCode !== 0 || child.pid === undefined) throw new Error(`${command} ended with ${exitCode}`);
  return child.pid;
}

const python = (code: string, ...argv: string[]): Promise<number> => runToEnd('python3', ['-c', code, ...argv]);

t.test('close() leaves no descriptor open', { skip }, (t) => {
  const count = (): number => openDescriptors(/^anon_inode:bpf/);
  open(() => {}).close();
  const before = count();
  const streams = Array.from({ length: 5 }, () => open(() => {}));
  t.ok(count() > before, 'an open stream has some');
  for (const stream of streams) stream.close();
  t.equal(count(), before);
  t.end();
});

/** Fails to bind to a path that ends where the readable memory of the process ends. */
const BIND_AT_END_OF_PAGE = `
import ctypes, mmap, socket, sys
libc = ctypes.CDLL(None, use_errno=True)
libc.mmap.restype = ctypes.c_void_p
libc.mmap.argtypes = [ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int, ctypes.c_int, ctypes.c_int, ctypes.c_long]
page = mmap.PAGESIZE
memory = libc.mmap(None, 2 * page, mmap.PROT_READ | mmap.PROT_WRITE, mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS, -1, 0)
assert libc.mprotect(ctypes.c_void_p(memory + page), page, 0) == 0
address = int(socket.AF_UNIX).to_bytes(2, sys.byteorder) + sys.argv[1].encode()
start = memory + page - len(address)
ctypes.memmove(start, address, len(address))
with socket.socket(socket.AF_UNIX) as sock:
    assert libc.bind(sock.fileno(), ctypes.c_void_p(start), len(address)) == -1
`;

t.test('a unix address at the end of a page is read to its end', { skip }, async (t) => {
  const { collected, until } = openStream(t);
  const path = '/nonexistent/directory/name';
  const pid = await python(BIND_AT_END_OF_PAGE, path);
  await until(() => collected.some((event) => event.pid === pid));
  const event = collected.find((event) => event.pid === pid);
  t.match(event, { kind: BIND_FAILED, error: ENOENT });
  t.equal(Buffer.from(event?.name ?? []).toString(), path);
});

/** Fills the map with this id, which has keys of 8 bytes. */
const FILL_MAP = `
import ctypes, struct, sys
libc = ctypes.CDLL(None, use_errno=True)
BPF_MAP_UPDATE_ELEM, BPF_MAP_GET_FD_BY_ID = 2, 14
SYS_bpf = {"x86_64": 321, "aarch64": 280}[__import__("os").uname().machine]
identity = ctypes.create_string_buffer(struct.pack("III", int(sys.argv[1]), 0, 0))
fd = libc.syscall(SYS_bpf, BPF_MAP_GET_FD_BY_ID, identity, 12)
assert fd >= 0
key, value = ctypes.create_string_buffer(8), ctypes.create_string_buffer(int(sys.argv[2]))
request = ctypes.create_string_buffer(struct.pack("IIQQQ", fd, 0, ctypes.addressof(key), ctypes.addressof(value), 0))
for number in range(int(sys.argv[3]) + 1):
    # No thread has such an id.
    key.raw = struct.pack("Q", 1 << 63 | number)
    if libc.syscall(SYS_bpf, BPF_MAP_UPDATE_ELEM, request, 32) != 0:
        break
`;

interface BpfMap {
  readonly id: number;
  readonly valueSize: number;
  readonly maxEntries: number;
}

/** The hash maps of this process, by id. */
function hashMaps(): BpfMap[] {
  const BPF_MAP_TYPE_HASH = 1;
  return readdirSync('/proc/self/fdinfo').flatMap((fd) => {
    let info: string;
    try {
      info = readFileSync(`/proc/self/fdinfo/${fd}`, 'utf8');
    } catch {
      return [];
    }
    const field = (name: string): number => Number(new RegExp(`^${name}:\\s*(\\d+)$`, 'm').exec(info)?.[1] ?? -1);
    if (field('map_type') !== BPF_MAP_TYPE_HASH) return [];
    return [{ id: field('map_id'), valueSize: field('value_size'), maxEntries: field('max_entries') }];
  });
}

t.test('a call is counted as lost if the map of pending calls is full', { skip }, async (t) => {
  const before = hashMaps().map(({ id }) => id);
  const { stream, lost } = openStream(t);
  if (stream.method !== 'tracepoint') return t.comment('fexit programs have no map of pending calls');
  // The other map has pointers as values.
  const [map] = hashMaps().filter(({ id, valueSize }) => !before.includes(id) && valueSize > 8);
  if (map === undefined) throw new Error('the programs have no map of calls');
  await python(FILL_MAP, String(map.id), String(map.valueSize), String(map.maxEntries));
  const pid = await python('import socket; socket.socket(socket.AF_INET, socket.SOCK_DGRAM).bind(("127.0.0.1", 0))');
  const { events, lost: last } = stream.take();
  t.ok(lost() + last > 0);
  t.notOk(events.some((event) => event.pid === pid));
});

/** Listens without bind, and prints the port. */
const LISTEN_WITHOUT_BIND = `
import socket
with socket.socket() as sock:
    sock.listen()
    print(sock.getsockname()[1], end="")
`;

t.test('a listener that is not bound first has the port that the kernel chooses', { skip }, async (t) => {
  const { collected, until } = openStream(t);
  const child = spawn('python3', ['-c', LISTEN_WITHOUT_BIND], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [port] = (await once(child.stdout, 'data')) as [Buffer];
  await until(() => collected.some(({ kind, pid }) => pid === child.pid && kind === CLOSED));
  const [opened, closed] = collected.filter(({ pid }) => pid === child.pid);
  t.match(opened, { kind: OPENED, port: Number(port.toString()) });
  // Closing releases the port before the state changes (tcp_set_state() in net/ipv4/tcp.c).
  t.match(closed, { kind: CLOSED, cookie: opened?.cookie });
  t.not(closed?.cookie, 0n);
});

t.test('only events of the requested network namespace are reported', { skip }, async (t) => {
  const { collected, until } = openStream(t, Number(native().ownNetnsInode()));
  const openAll = `
import socket
kept = []
for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM):
    sock = socket.socket(socket.AF_INET, kind)
    sock.bind(("0.0.0.0", 0))
    if kind == socket.SOCK_STREAM:
        sock.listen()
    kept.append(sock)
with socket.socket(socket.AF_UNIX) as sock:
    sock.bind("\\0" + str(id(sock)))
    sock.listen()
`;
  const other = await runToEnd('unshare', ['--net', 'python3', '-c', openAll]);
  const own = await python(openAll);
  await until(() => collected.filter(({ pid, kind }) => pid === own && kind === OPENED).length === 3);
  t.notOk(collected.some(({ pid }) => pid === other));
});

/** Fails to bind COUNT times. */
const FAIL_OFTEN = `
import socket, sys
sock = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
for number in range(int(sys.argv[1])):
    try:
        sock.bind(f"/nonexistent/{number}")
    except OSError:
        pass
`;

t.test('take() returns a bounded number of events, and the rest are announced', { skip }, async (t) => {
  const COUNT = 6000;
  let announced = (): void => {};
  const first = new Promise<void>((resolve) => {
    announced = resolve;
  });
  const stream = open(() => announced());
  t.teardown(() => stream.close());
  const pid = await python(FAIL_OFTEN, String(COUNT));
  await first;
  const numbers: number[] = [];
  const takes: number[] = [];
  while (numbers.length < COUNT) {
    const next = new Promise<void>((resolve) => {
      announced = resolve;
    });
    const { events, lost } = stream.take();
    t.equal(lost, 0);
    takes.push(events.length);
    for (const event of events) {
      if (event.pid === pid) numbers.push(Number(/\d+/.exec(Buffer.from(event.name).toString())?.[0]));
    }
    if (numbers.length < COUNT) await next;
  }
  t.ok(Math.max(...takes) <= 4096, 'no more than 4096 at once', { takes });
  t.ok(
    numbers.every((number, at) => number === at),
    'all of them, in order',
  );
});
