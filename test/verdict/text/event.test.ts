import t from 'tap';
import { type AddressOwner, bindFailureText, missesText, restartText } from '../../../src/verdict/text/event.js';
import { addressOwner, device, processOwner } from '../factory.js';

const NC = processOwner('nc', { exe: null });

t.test('a failed bind, and each owner of the address', (t) => {
  const failure = {
    call: 'bind',
    code: 'EADDRINUSE',
    protocol: 'tcp',
    place: '0.0.0.0:80',
    process: NC,
    holdersOmitted: 0,
    holdersUnknown: null,
  } as const;
  const failed = 'nc (pid 812) could not bind 0.0.0.0:80/tcp: EADDRINUSE';
  t.equal(bindFailureText({ ...failure, holders: [] }), failed);
  const place = '[::]:80';
  const cases: [owner: AddressOwner, text: string][] = [
    [
      addressOwner('listener', place, [NC, processOwner('x', { exe: null, pid: 9 })]),
      'nc (pid 812), x (pid 9) is listening on [::]:80',
    ],
    [
      addressOwner('listener', place, [], { ownersUnknown: 'not-looked' }),
      'an unknown process (its owner was not looked up) is listening on [::]:80',
    ],
    [addressOwner('kernel', place, [device('wg0', 'wireguard')]), 'kernel device wg0 (wireguard) owns [::]:80'],
    [addressOwner('bound', place, [NC]), 'nc (pid 812) is bound to [::]:80 without listening'],
    [addressOwner('client', place, [NC]), 'nc (pid 812) has a connection from [::]:80'],
    [
      addressOwner('client', place, [NC], { state: 'CLOSE_WAIT' }),
      'nc (pid 812) has a connection from [::]:80 (CLOSE_WAIT)',
    ],
    [
      addressOwner('client', place, [], { state: 'FIN_WAIT1' }),
      'a connection from [::]:80 (FIN_WAIT1) was closed, and the kernel still ends it',
    ],
    [
      addressOwner('client', place, [], { state: 'ESTABLISHED' }),
      'a connection from [::]:80 (ESTABLISHED) is not accepted yet',
    ],
    [
      addressOwner('time-wait', place, [], { state: 'TIME_WAIT', remainingMs: 1001 }),
      'a connection from [::]:80 that was closed keeps the address (TIME_WAIT), for 2 s more',
    ],
    [
      addressOwner('file', '/run/x\x1b'),
      'the socket file /run/x\\x1b exists, and no process of this network namespace has it',
    ],
    [addressOwner('other-file', '/etc/passwd'), 'the file /etc/passwd exists, and is no socket'],
  ];
  for (const [owner, text] of cases) {
    t.equal(bindFailureText({ ...failure, holders: [owner] }), `${failed}; ${text}`, owner.kind);
  }
  t.equal(
    bindFailureText({ ...failure, holders: [], holdersUnknown: { code: 'lookups-limited', params: {} } }),
    `${failed}; who has the address is not known: so many binds fail that not all owners are looked up`,
  );
  const many = addressOwner(
    'listener',
    place,
    Array.from({ length: 10 }, (_, pid) => processOwner('x', { exe: null, pid })),
  );
  t.match(
    bindFailureText({ ...failure, holders: [many], holdersOmitted: 3 }),
    /, x \(pid 7\), 2 more is listening on \[::\]:80; and 3 more$/,
    'processes and sockets are counted',
  );
  t.match(
    bindFailureText({
      ...failure,
      holders: [many],
      holdersUnknown: { code: 'socket-file-elsewhere', params: { path: '/x' } },
    }),
    /; who has the address is not certain: \/x is not looked at as the process sees it/,
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
