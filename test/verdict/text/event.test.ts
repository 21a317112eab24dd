import t from 'tap';
import { type AddressOwner, bindFailureText, missesText, restartText } from '../../../src/verdict/text/event.js';
import { device, processOwner } from '../factory.js';

const NC = processOwner('nc', { exe: null });

t.test('a failed bind, and each owner of the address', (t) => {
  const failure = {
    call: 'bind',
    code: 'EADDRINUSE',
    protocol: 'tcp',
    place: '0.0.0.0:80',
    process: NC,
    holdersUnknown: null,
  } as const;
  const failed = 'nc (pid 812) could not bind 0.0.0.0:80/tcp: EADDRINUSE';
  t.equal(bindFailureText({ ...failure, holders: [] }), failed);
  const place = '[::]:80';
  const cases: [owner: AddressOwner, text: string][] = [
    [
      { kind: 'listener', place, owners: [NC, processOwner('x', { exe: null, pid: 9 })] },
      'nc (pid 812), x (pid 9) is listening on [::]:80',
    ],
    [{ kind: 'listener', place, owners: [] }, 'an unknown process is listening on [::]:80'],
    [{ kind: 'kernel', place, owners: [device('wg0', 'wireguard')] }, 'kernel device wg0 (wireguard) owns [::]:80'],
    [{ kind: 'bound', place, owners: [NC] }, 'nc (pid 812) is bound to [::]:80 without listening'],
    [{ kind: 'client', place, owners: [NC] }, 'nc (pid 812) has a connection from [::]:80'],
    [
      { kind: 'file', place: '/run/x\x1b', owners: [] },
      'the socket file /run/x\\x1b exists, and no process of this network namespace has it',
    ],
    [{ kind: 'other-file', place: '/etc/passwd', owners: [] }, 'the file /etc/passwd exists, and is no socket'],
  ];
  for (const [owner, text] of cases) {
    t.equal(bindFailureText({ ...failure, holders: [owner] }), `${failed}; ${text}`, owner.kind);
  }
  t.equal(
    bindFailureText({ ...failure, holders: [], holdersUnknown: { code: 'lookups-limited', params: {} } }),
    `${failed}; who has the address is not known: so many binds fail that not all owners are looked up`,
  );
  t.end();
});

t.test('a restart, and what polling misses', (t) => {
  t.equal(restartText(NC, '0.0.0.0:80', 7), 'nc restarted; 0.0.0.0:80 was closed for 0.007 s');
  t.equal(restartText(NC, '0.0.0.0:80', 1500), 'nc restarted; 0.0.0.0:80 was closed for 1.5 s');
  t.equal(
    missesText(200, { code: 'bpf-no-btf', params: {} }),
    'listeners that open and close within 200 ms, and failed binds (eBPF was not used: this kernel has no BTF (built without CONFIG_DEBUG_INFO_BTF))',
  );
  t.end();
});
