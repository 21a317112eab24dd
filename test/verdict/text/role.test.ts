import t from 'tap';
import { ROLE_CODES, type RoleReason } from '../../../src/verdict/role_codes.js';
import { roleSourceText } from '../../../src/verdict/text/role.js';
import { held, processOwner } from '../factory.js';

t.test('every code has its text, and is documented', (t) => {
  const owners = (name: string) => ({ owners: [processOwner(name, { exe: null })] });
  const [a, b] = [held('', '::', 1, owners('etcd')), held('', '::', 2, owners('k8s-apiserver-p'))];
  const sockets = new Map([a, b].map((one) => [one.id, one]));
  const cases: [reason: RoleReason, text: string][] = [
    [{ code: 'requested', params: {} }, 'flag'],
    [{ code: 'marker-file', params: { path: '/lock/worker' } }, '/lock/worker'],
    [{ code: 'service-listens', params: { sockets: [a.id] } }, 'etcd (pid 812) is listening'],
    [
      { code: 'conflicting-services', params: { sockets: [a.id, b.id] } },
      'etcd (pid 812) and k8s-apiserver-p (pid 812) are both listening',
    ],
    [{ code: 'no-service-seen', params: {} }, 'no service that runs on nodes of one role only was seen'],
    [{ code: 'not-evaluated', params: {} }, 'the role was not looked up'],
  ];
  for (const [reason, text] of cases) t.equal(roleSourceText(reason, sockets), text, reason.code);
  t.strictSame(cases.map(([{ code }]) => code).sort(), Object.keys(ROLE_CODES).sort());
  for (const [code, { about }] of Object.entries(ROLE_CODES)) t.match(about, /^[A-Z].*\.$/, code);
  t.end();
});
