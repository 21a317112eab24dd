import { execFileSync } from 'node:child_process';
import t from 'tap';
import { startLab } from '../lab/lab.js';
import { CLI, snapshotIn, verdictsOf } from './cli.js';

t.test('--all-netns lists the other namespaces, and evaluates only its own', { timeout: 60_000 }, async (t) => {
  // Before the labs: their mounts are taken when they start.
  const name = `sockwatch-${process.pid}`;
  execFileSync('ip', ['netns', 'add', name]);
  t.teardown(() => execFileSync('ip', ['netns', 'del', name]));
  const node = await startLab({ role: 'control-plane', family: 'dual' });
  t.teardown(() => node.stop());
  const pod = await startLab({ role: 'worker', family: 'ipv4' });
  t.teardown(() => pod.stop());

  const [uid, container] = ['01020304-0506-0708-090a-0b0c0d0e0f00', 'e5'.repeat(32)];
  const slice = `kubepods.slice/kubepods-pod${uid.replaceAll('-', '_')}.slice/cri-containerd-${container}.scope`;
  const inPod = `root=$(awk '/ - cgroup2 /{print $5; exit}' /proc/self/mountinfo)
mkdir -p "$root/${slice}" && echo 0 > "$root/${slice}/cgroup.procs" && exec unshare --net sleep 300`;
  const sleeping = node.exec(['sh', '-c', inPod]);
  t.teardown(async () => {
    await node.stop();
    await sleeping;
  });

  const plain = snapshotIn((await node.exec([process.execPath, CLI, '--once'])).stdout);
  t.equal(plain.namespaces, null, 'only on request');
  const document = snapshotIn((await node.exec([process.execPath, CLI, '--once', '--all-netns'])).stdout);
  t.strictSame(verdictsOf(document), verdictsOf(plain), 'the others change no verdict');

  const all = document.namespaces?.map(({ netns }) => netns) ?? [];
  t.equal(new Set(all).size, all.length, 'each namespace once');
  t.notOk(all.includes(document.node.netns), 'its own is not among them');
  const other = snapshotIn((await pod.exec([process.execPath, CLI, '--once'])).stdout);
  const found = document.namespaces?.find(({ netns }) => netns === other.node.netns);
  // It is another node: its pods are below a cgroup of this one's machine that anyone may have named.
  t.match(found, { pods: [], error: null });
  t.ok(
    document.namespaces?.some(({ pods, containers }) => pods.includes(uid) && containers.includes(container)),
    'the pod of a namespace, by its cgroup',
  );
  const places = (from: typeof document, netns: string): string[] =>
    from.sockets
      .filter((socket) => socket.netns === netns && socket.protocol !== 'unix')
      .map(({ protocol, address, port, owners }) => {
        const [owner] = owners;
        return `${protocol} ${address} ${port} ${owner?.kind === 'process' ? owner.pid : owner?.device}`;
      })
      .sort();
  t.strictSame(places(document, other.node.netns), places(other, other.node.netns), 'its listeners, with their owners');
  t.ok(document.sockets.every(({ netns, explainedBy }) => netns === document.node.netns || explainedBy.by === null));
  const ids = document.sockets.map(({ id }) => id);
  t.equal(new Set(ids).size, ids.length, 'ids are unique over all of them');

  const table = await node.exec([process.execPath, CLI, '--once', '--all-netns', '--format', 'table']);
  t.match(table.stdout, /Other network namespaces \(not evaluated\):\n/);
  t.match(table.stdout, new RegExp(`^\\d+  ${name}, 0 processes$`, 'm'), 'one without a process has its name');
});

t.test(
  'a hanging process of another namespace hides only its batch, in capture after capture',
  { timeout: 120_000 },
  async (t) => {
    const node = await startLab({ role: 'control-plane', family: 'ipv4' });
    t.teardown(() => node.stop());
    const pod = await startLab({ role: 'control-plane', family: 'ipv4' });
    t.teardown(() => pod.stop());
    const pid = pod.processes.get('kubelet') ?? 0;
    // As withHanging() of deadline.test.ts, in more captures than libuv's pool has threads.
    const script = `pipe=$(mktemp -u) && mkfifo "$pipe" && mount --bind "$pipe" /proc/${pid}/task/${pid}/cmdline && rm "$pipe" && exec "$@"`;
    const program = `
    import { builtinSpec } from ${JSON.stringify(new URL('../../src/spec/builtin.js', import.meta.url).href)};
    import { snapshot } from ${JSON.stringify(new URL('../../src/snapshot/snapshot.js', import.meta.url).href)};
    import { endProcess } from ${JSON.stringify(new URL('../../src/kernel/addon.js', import.meta.url).href)};
    let last;
    for (let round = 0; round < 6; round++) last = await snapshot({ spec: builtinSpec(), allNetns: true, deadlineMs: 3000 });
    process.stdout.write(JSON.stringify(last), () => endProcess(0));`;
    const argv = [
      'unshare',
      '--mount',
      'sh',
      '-c',
      script,
      'sh',
      process.execPath,
      '--input-type=module',
      '-e',
      program,
    ];
    const document = snapshotIn((await node.exec(argv)).stdout);
    const failed = document.coverage.sources.filter(({ status }) => status === 'failed');
    t.strictSame(failed, [], 'every source was read');
    const others = document.coverage.sources.find(({ name }) => name === 'namespaces');
    t.match(others, { status: 'partial', error: /\d+ of \d+ processes did not answer in time/ });
    const netns = snapshotIn((await pod.exec([process.execPath, CLI, '--once'])).stdout).node.netns;
    const there = document.sockets.filter((socket) => socket.netns === netns);
    t.ok(there.some(({ owners: [owner] }) => owner?.kind === 'process' && owner.pid === pid && owner.comm === null));
    t.ok(
      there.some(({ owners: [owner] }) => owner?.kind === 'process' && owner.comm !== null),
      'others are known',
    );
  },
);
