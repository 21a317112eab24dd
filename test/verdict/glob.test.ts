import t from 'tap';
import { matchesName, matchesPath } from '../../src/verdict/glob.js';

t.test('names: * is any run of characters', (t) => {
  const cases: [pattern: string, name: string, matches: boolean][] = [
    ['cilium_vxlan', 'cilium_vxlan', true],
    ['cilium_vxlan', 'xcilium_vxlan', false],
    ['cilium_vxlan', 'cilium_vxlan\n', false],
    ['cilium_*', 'cilium_', true],
    ['cilium_*', 'cilium_wg0/x\ny', true],
    ['*.calico', 'vxlan.calico', true],
    ['*.calico', 'vxlanxcalico', false],
    ['a*b*c', 'a--b--c', true],
    ['*', '', true],
    ['a+(b)[c]?', 'a+(b)[c]?', true],
    ['a+(b)[c]?', 'aabc', false],
    ['', 'x', false],
  ];
  for (const [pattern, name, matches] of cases) t.equal(matchesName(name, pattern), matches, `${pattern} for a name`);
  t.end();
});

t.test('paths: * within one segment, ** across them', (t) => {
  const cases: [pattern: string, path: string, matches: boolean][] = [
    ['/run/x.sock', '/run/x.sock', true],
    ['/run/x.sock', '/run/xxsock', false],
    ['/run/*/x.sock', '/run/a/x.sock', true],
    ['/run/*/x.sock', '/run/a/b/x.sock', false],
    ['/run/*.sock', '/run/.sock', true],
    ['/**/run/x.sock', '/srv/k8s/run/x.sock', true],
    ['/**/run/x.sock', '/a/run/x.sock', true],
    ['/**/run/x.sock', 'relative/run/x.sock', false],
    ['/**/run/x.sock', '/srv/run/x.sock.ttrpc', false],
    ['/a/**', '/a/b/c', true],
    ['/a/**', '/ab', false],
  ];
  for (const [pattern, path, matches] of cases) t.equal(matchesPath(path, pattern), matches, `${pattern} for ${path}`);
  t.end();
});
