import t from 'tap';
import {
  listed,
  listenersText,
  listenerText,
  ownersText,
  ownerText,
  unknownOwnerText,
} from '../../../src/verdict/text/format.js';
import { device, held, listener, processOwner, unixListener } from '../factory.js';

t.test('a listener', (t) => {
  t.equal(listenerText(listener('127.0.0.53', 53, { device: 'lo' })), '127.0.0.53%lo:53');
  t.equal(listenerText(listener('::', 22)), '[::]:22');
  t.equal(listenerText(unixListener('/run/\x1b.sock')), '/run/\\x1b.sock');
  t.equal(listenerText(unixListener(null, { abstract: 'a\0b' })), '@a\\x00b');
  t.equal(listenerText(unixListener(null)), 'a unix socket without a name');
  const twice = [listener('0.0.0.0', 80), listener('0.0.0.0', 80), listener('::', 80)];
  t.equal(listenersText(twice), '0.0.0.0:80 and [::]:80', 'members of a group once');
  t.end();
});

t.test('a list: a word stands before its last text only, a semicolon before each', (t) => {
  const texts = ['a', 'b', 'a', 'c'];
  t.equal(listed(texts, ' and '), 'a, b and c');
  t.equal(listed(texts, ', '), 'a, b, c');
  t.equal(listed(texts, '; '), 'a; b; c');
  t.equal(listed(['a'], ' and '), 'a');
  t.equal(listed([], ' and '), '');
  t.end();
});

t.test('an owner, with what is known of it', (t) => {
  const cases: [string, Parameters<typeof ownerText>[0], string][] = [
    ['a process', processOwner('kubelet'), 'kubelet (pid 812, /snap/k8s/1/bin/kubelet)'],
    [
      'in a unit and a pod',
      processOwner('x', { exe: null, unit: 'x.service', pod: 'uid-1' }),
      'x (pid 812, x.service, pod uid-1)',
    ],
    ['unknown but for its pid', processOwner('x', { comm: null, exe: null }), 'a process (pid 812)'],
    [
      'whose name the kernel cut',
      processOwner('kube-controller-manager', { exe: null }),
      'kube-controller-manager (pid 812)',
    ],
    [
      'whose name was cut, with another program',
      processOwner('kube-controller-manager', { argv0: 'x', exe: '/bin/y' }),
      'kube-controller (pid 812, /bin/y)',
    ],
    ['whose name is short', processOwner('x', { comm: 'sh', argv0: 'shell', exe: null }), 'sh (pid 812)'],
    ['a device', device('ftun0'), 'kernel device ftun0 (vxlan)'],
    ['a device of any name', device('\x1b'), 'kernel device \\x1b (vxlan)'],
  ];
  for (const [name, owner, text] of cases) t.equal(ownerText(owner), text, name);
  t.end();
});

t.test('why an owner is not known: four reasons, never one for another', (t) => {
  const texts = (['permission', 'not-found', 'not-looked', 'no-inode'] as const).map((ownersUnknown) =>
    unknownOwnerText(listener('::', 1, { ownersUnknown })),
  );
  t.equal(new Set(texts).size, 4);
  t.match(texts[0], /permission/);
  t.match(texts[1], /no visible process owns it/);
  t.match(texts[2], /not looked up/);
  t.match(texts[3], /which socket it is/);
  const origin = { cgroup: '/a\x1b', unit: null, pod: null, container: null };
  t.match(unknownOwnerText(listener('::', 1, { origin })), /; it was created in cgroup \/a\\x1b$/);
  t.match(unknownOwnerText(listener('::', 1, { origin: { ...origin, unit: 'x.service' } })), /in x\.service$/);
  t.end();
});

t.test('all owners, each once', (t) => {
  const [a, b] = [held('a', '::', 1), held('a', '0.0.0.0', 1)];
  t.equal(ownersText([a, b]), 'a (pid 812, /snap/k8s/1/bin/a)');
  const two = listener('::', 1, {
    owners: [processOwner('a', { exe: null }), processOwner('b', { exe: null, pid: 9 })],
  });
  t.equal(ownersText([two]), 'a (pid 812), b (pid 9)');
  t.match(
    ownersText([listener('::', 1, { ownersUnknown: 'not-looked' })]),
    /^an unknown owner \(its owner was not looked up\)$/,
  );
  t.end();
});
