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

t.test('other text is no list', (t) => {
  for (const text of ['', 'bash: ps: command not found\n', 'PID TTY STAT\n1 ? Ss\n']) {
    t.equal(parseProcessList(text), null, text);
  }
  t.end();
});
