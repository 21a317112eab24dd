import t from 'tap';
import { isProgram, withoutTitles } from '../../../src/kernel/owners/argv0.js';

t.test('argv[0] is kept where it is the name of the program', (t) => {
  const cases: [argv0: string, comm: string | null, exe: string | null][] = [
    ['/snap/k8s/2931/bin/kube-controller-manager', 'kube-controller', '/snap/k8s/2931/bin/kubernetes'],
    ['kubelet', 'kubelet', null],
    ['./bin/kubelet', 'kubelet', null],
    ['-bash', 'bash', '/usr/bin/bash'],
    ['python3', 'gunicorn', '/usr/bin/python3.11'],
    ['/opt/x/server', 'main-thread', '/opt/x/server (deleted)'],
  ];
  for (const [argv0, ...names] of cases)
    t.equal(
      isProgram(
        argv0,
        names.map((one) => one?.split('/').at(-1) ?? null),
      ),
      true,
      argv0,
    );
  t.end();
});

t.test('titles and whatever else a process puts there are not', (t) => {
  const facts = (argv0: string, comm: string | null, exe: string | null) => ({
    pid: 1,
    comm: comm === null ? null : Buffer.from(comm),
    exe: exe === null ? null : Buffer.from(exe),
    exeDenied: false,
    argv0: Buffer.from(argv0),
    cgroup: null,
    startMs: null,
  });
  const planted: [argv0: string, comm: string | null, exe: string | null][] = [
    ['hunter2', 'kubelet', '/bin/kubelet'],
    ['kubelet --token=hunter2', 'kubelet', '/bin/kubelet'],
    ['nginx: worker -phunter2 /usr/sbin/nginx', 'nginx', '/usr/sbin/nginx'],
    ['token=hunter2/kubelet', 'kubelet', '/bin/kubelet'],
    ['https://u:hunter2@host/kubelet', 'kubelet', '/bin/kubelet'],
    ['kube-controller hunter2', 'kube-controller', '/bin/kubernetes'],
    ['kubelet-hunter2', 'kubelet', '/bin/kubelet'],
    ['', 'kubelet', '/bin/kubelet'],
    ['hunter2', null, null],
  ];
  for (const one of planted)
    t.strictSame(
      withoutTitles([facts(...one)]).map(({ argv0 }) => argv0),
      [null],
      one[0],
    );
  const kept = facts('/bin/kubelet', 'kubelet', null);
  t.equal(withoutTitles([kept])[0], kept);
  t.end();
});
