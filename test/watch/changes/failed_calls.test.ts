import { constants } from 'node:os';
import t from 'tap';
import type { AddressOwners } from '../../../src/snapshot/who/address_owners.js';
import type { WantedAddress } from '../../../src/snapshot/who/address_sockets.js';
import type { FailedCall } from '../../../src/watch/changes/bind_failure.js';
import { FailedCalls } from '../../../src/watch/changes/failed_calls.js';
import { addressOwner, held, processOwner, unixListener } from '../../verdict/factory.js';

const { EADDRINUSE, EACCES } = constants.errno;
const FOUND: AddressOwners = { holders: [addressOwner('listener', 'x')], omitted: 0, unknown: null };

function call(listener: FailedCall['cause']['listener'], pid = 7, errno: number = EADDRINUSE): FailedCall {
  const cause = {
    kind: 'bind-failed',
    at: 0,
    sinceBootMs: 0,
    listener,
    errno,
    pid,
    fd: 3,
    comm: Buffer.from('nc'),
  } as const;
  return { event: 'failed', cause, process: processOwner('nc', { pid }) };
}

const onPort = (port: number, pid = 7, errno: number = EADDRINUSE): FailedCall =>
  call(held('nc', '127.0.0.1', port), pid, errno);

t.test('all that wait are looked up at once, each address once', async (t) => {
  const calls = new FailedCalls();
  t.match(calls.add(onPort(80, 7, EACCES)), {
    event: 'bind-failed',
    code: 'EACCES',
    holders: [],
    holdersUnknown: null,
  });
  t.ok(calls.isEmpty, 'permission has no owner');
  const file = call(unixListener('/run/x.sock'), 7);
  for (const one of [onPort(1), onPort(1, 8), onPort(2), file, call(unixListener('/run/x.sock'), 8)]) {
    t.equal(calls.add(one), null);
  }
  const asked: (readonly WantedAddress[])[] = [];
  const failures = await calls.resolve(async (wanted) => {
    asked.push(wanted);
    return wanted.map(() => FOUND);
  });
  t.strictSame(
    asked.map((wanted) => wanted.map(({ listener, pid }) => [listener.port ?? listener.path, pid])),
    [
      [
        [1, 8],
        [2, 7],
        ['/run/x.sock', 7],
        ['/run/x.sock', 8],
      ],
    ],
    'a path may be another file to another process',
  );
  t.strictSame(
    failures.map(({ process, holders }) => [process.pid, holders.length]),
    [
      [7, 1],
      [8, 1],
      [7, 1],
      [7, 1],
      [8, 1],
    ],
  );
  t.ok(calls.isEmpty);
});

t.test('a look-up that fails, and those that the budget does not allow, are said', async (t) => {
  const calls = new FailedCalls();
  calls.add(onPort(1));
  t.match(await calls.resolve(() => Promise.reject(new Error('broken'))), [
    { holders: [], holdersUnknown: { code: 'other-error', params: { text: 'broken' } } },
  ]);
  calls.add(onPort(1));
  t.match(calls.giveUp(), [{ holders: [], holdersUnknown: { code: 'lookups-limited' } }]);
  t.ok(calls.isEmpty);
});

t.test('a storm is reported to the last bind, and looked up in part', async (t) => {
  const calls = new FailedCalls();
  const atOnce = Array.from({ length: 10_000 }, (_, port) => calls.add(onPort(port + 1))).filter((one) => one !== null);
  t.equal(atOnce[0]?.holdersUnknown?.code, 'lookups-limited');
  let addresses = 0;
  const resolved = await calls.resolve(async (wanted) => {
    addresses = wanted.length;
    return wanted.map(() => FOUND);
  });
  t.equal(resolved.length + atOnce.length, 10_000);
  t.ok(addresses <= 250, 'one look-up has a bounded number of addresses', { addresses });
  t.equal(resolved.filter(({ holders }) => holders.length > 0).length, addresses);
  t.equal(resolved.at(-1)?.holdersUnknown?.code, 'lookups-limited');
});
