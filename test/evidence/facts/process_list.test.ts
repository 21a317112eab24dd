import t from 'tap';
import { parseProcessList } from '../../../src/evidence/facts/process_list.js';

t.test('ps -ef', (t) => {
  const list = parseProcessList(`UID          PID    PPID  C STIME TTY          TIME CMD
root           1       0  0 Nov26 ?        00:00:09 /sbin/init splash
root         809       1  2 07:01 ?        00:01:02 /snap/k8s/1/bin/kubelet --a=b  --c d
nobody      9001     809  0 07:01 pts/0    00:00:00 kubelet   1   0 x
`);
  t.strictSame(list?.get(809), {
    pid: 809,
    parent: 1,
    words: ['/snap/k8s/1/bin/kubelet', '--a=b', '--c', 'd'],
    isCut: false,
    comm: null,
    cgroup: null,
  });
  t.equal(list?.get(9001)?.parent, 809);
  t.equal(list?.size, 3);
  t.end();
});

t.test('ps alx, and ps aux without parents', (t) => {
  const long = parseProcessList(`F   UID     PID    PPID PRI  NI    VSZ   RSS WCHAN  STAT TTY        TIME COMMAND
4     0       1       0  20   0 168164 11896 ep_pol Ss   ?          0:09 /sbin/init
4     0     809       1  20   0 168164 11896 -      Ssl  ?          0:09 /bin/a b
`);
  t.strictSame([long?.get(809)?.parent, long?.get(809)?.words], [1, ['/bin/a', 'b']]);
  const user = parseProcessList(`USER         PID %CPU %MEM    VSZ   RSS TTY      STAT START   TIME COMMAND
root         809  0.0  0.1 168164 11896 ?        Ss   Nov26   0:09 /bin/a b
`);
  t.strictSame([user?.get(809)?.parent, user?.get(809)?.words], [null, ['/bin/a', 'b']]);
  t.end();
});

t.test('cgroups, and names that look like one', (t) => {
  const list = parseProcessList(`    PID    PPID USER     GROUP        LWP NLWP START COMMAND         CGROUP
      1       0 root     root           1    1 Nov26 systemd         0::/init.scope
    809       1 root     root         809   12 07:01 tmux: server    0::/system.slice/snap.k8s.kubelet.service
   9001       1 nobody   nogroup     9001    1 07:01 a 0::/system.sl 0::/user.slice/user-65534.slice/x 0::/system.slice/snap.k8s.kubelet.service
      7       2 root     root           7    1 Nov26 kworker/0:0     -
`);
  t.strictSame(
    [list?.get(809)?.comm, list?.get(809)?.cgroup],
    ['tmux: server', '0::/system.slice/snap.k8s.kubelet.service'],
  );
  t.match(list?.get(9001)?.cgroup, /^0::\/system\.sl 0::\/user\.slice/);
  t.equal(list?.get(7)?.cgroup, null);
  t.end();
});

t.test('rows that may be cut: by the width of a terminal, or at the end of the file', (t) => {
  const kubelet = '/snap/k8s/1/bin/kubelet --healthz-bind-address=0.0.0.0 --healthz-port=10248';
  const rows = [
    `    1 root      0:09 ${'x'.repeat(62)}`,
    `  809 root      0:09 ${kubelet}`,
    `  810 root      0:09 ${kubelet}`,
    '  900 root      0:00 sshd -D',
  ];
  const cut = (width: number, end = '\n') => {
    const lines = ['  PID USER      TIME COMMAND', ...rows].map((line) => line.slice(0, width));
    return [...(parseProcessList(lines.join('\n') + end)?.values() ?? [])].map((one) => one.isCut);
  };
  t.strictSame(cut(79), [true, true, true, false], 'busybox');
  t.strictSame(cut(70), [true, true, true, false], 'COLUMNS=70');
  rows[0] = '    1 root      0:09 init';
  t.strictSame(cut(79), [false, true, true, false], 'fewer reach the usual width');
  t.strictSame(cut(1000), [false, false, false, false], 'some rows are the longest of any list');
  t.strictSame(cut(79, ''), [false, true, true, true], 'the file ends within a row');
  const groups = parseProcessList(`  PID  PPID COMMAND         CGROUP
    1     0 systemd         0::/init.scope
  809     1 kubelet         0::/system.slice/snap.k8s.kubelet
  810     1 kubelet         0::/system.slice/abcd.k8s.service
  811     1 kubelet         0::/system.slice/snap.k8s.kubelet
  900     1 sshd            0::/system.slice/ssh
`);
  t.equal(groups?.get(809)?.cgroup, null, 'a name that may go on');
  t.equal(groups?.get(810)?.cgroup, '0::/system.slice/abcd.k8s.service');
  t.equal(groups?.get(900)?.cgroup, '0::/system.slice/ssh');
  t.end();
});

t.test('other text is no list', (t) => {
  for (const text of [
    '',
    'PID PPID CMD\n',
    'PID PPID CMD\n???\n',
    'bash: ps: command not found\n',
    'PID TTY STAT\n1 ? Ss\n',
  ]) {
    t.equal(parseProcessList(text), null, text);
  }
  t.end();
});
