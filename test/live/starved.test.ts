import { spawnSync } from 'node:child_process';
import t from 'tap';
import { CLI, snapshotIn } from './cli.js';

/* The program where something that it needs is missing: one line and exit code 2, or a snapshot whose coverage says so. */

const env = { ...process.env, NODE_OPTIONS: '' };

function run(shell: string, ...argv: string[]) {
  return spawnSync('sh', ['-c', `${shell}\nexec "$@"`, 'sh', process.execPath, CLI, ...argv], {
    encoding: 'utf8',
    env,
  });
}

/** Prints one line of its own and ends with 2. */
const refused = (problem: RegExp) => ({ status: 2, stdout: '', stderr: problem });

t.test('few descriptors', (t) => {
  const starts = (limit: number): boolean =>
    spawnSync('sh', ['-c', `ulimit -n ${limit}; exec "$0" "$1" --version`, process.execPath, CLI], { env }).status ===
    0;
  let limit = 10;
  // Below that, Node itself cannot read the program.
  while (!starts(limit)) limit++;
  for (const end = limit + 12; limit < end; limit++) {
    const { status, stdout, stderr } = run(`ulimit -n ${limit}`, '--once');
    t.notMatch(stderr, /internal error|package is incomplete/, `${limit} descriptors`);
    if (status === 2) {
      t.match(stderr, /^k8s-sockwatch: [^\n]+\n$/, `${limit} descriptors`);
      t.equal(stdout, '');
    } else {
      const { coverage, summary } = snapshotIn(stdout);
      if (!coverage.complete) t.not(summary.result, 'match', `${limit} descriptors`);
    }
  }
  t.end();
});

t.test('an empty /proc', (t) => {
  const empty = (...argv: string[]) =>
    spawnSync(
      'unshare',
      ['-m', 'sh', '-c', 'mount -t tmpfs none /proc && exec "$@"', 'sh', process.execPath, CLI, ...argv],
      {
        encoding: 'utf8',
        env,
      },
    );
  for (const mode of ['--once', '--follow']) {
    t.match(
      empty(mode),
      refused(/^k8s-sockwatch: cannot identify the network namespace: [^\n]*must be mounted\)\n$/),
      mode,
    );
  }
  t.end();
});

/** Lets socket(AF_NETLINK, *, PROTOCOL) fail with EPERM (a seccomp filter), and runs a program. For x86-64 and arm64. */
const WITHOUT_PROTOCOL = `
import ctypes, os, struct, sys
socket = {"x86_64": 41, "aarch64": 198}[os.uname().machine]
load = lambda at: struct.pack("HBBI", 0x20, 0, 0, at)
jump = lambda value, otherwise: struct.pack("HBBI", 0x15, 0, otherwise, value)
end = lambda result: struct.pack("HBBI", 0x06, 0, 0, result)
code = load(0) + jump(socket, 5) + load(16) + jump(16, 3) + load(32) + jump(int(sys.argv[1]), 1) + end(0x50001) + end(0x7FFF0000)
buffer = ctypes.create_string_buffer(code)
class Program(ctypes.Structure):
    _fields_ = [("length", ctypes.c_ushort), ("filter", ctypes.c_void_p)]
libc = ctypes.CDLL(None)
assert libc.prctl(38, 1, 0, 0, 0) == 0  # PR_SET_NO_NEW_PRIVS
assert libc.prctl(22, 2, ctypes.byref(Program(len(code) // 8, ctypes.addressof(buffer))), 0, 0) == 0  # PR_SET_SECCOMP
os.execv(sys.argv[2], sys.argv[2:])
`;

t.test('without NETLINK_ROUTE', (t) => {
  const without = (...argv: string[]) =>
    spawnSync('python3', ['-c', WITHOUT_PROTOCOL, '0', process.execPath, CLI, ...argv], { encoding: 'utf8', env });
  t.match(
    without('--follow'),
    refused(/^k8s-sockwatch: changes of the network cannot be watched: socket NETLINK_ROUTE: [^\n]+--once\)\n$/),
  );
  const once = without('--once');
  t.equal(once.stderr, '');
  const network = snapshotIn(once.stdout).coverage.sources.find(({ name }) => name === 'network');
  t.match(network, { status: 'failed', errors: [{ params: { syscall: 'socket', subject: 'NETLINK_ROUTE' } }] });
  t.end();
});

t.test('without /sys, memory that can be locked, or a /proc that shows other processes', (t) => {
  const inMounts = (script: string, ...argv: string[]) =>
    spawnSync('unshare', ['-m', 'sh', '-c', `${script} && exec "$@"`, 'sh', process.execPath, CLI, ...argv], {
      encoding: 'utf8',
      env,
    });
  for (const script of ['mount -t tmpfs none /sys', 'ulimit -l 0', 'mount -t proc -o hidepid=2 none /proc']) {
    const { stdout, stderr } = inMounts(script, '--once');
    t.equal(stderr, '', script);
    t.ok(snapshotIn(stdout).sockets.length > 0, script);
  }
  t.end();
});
