import t from 'tap';
import { native } from '../../../src/kernel/addon.js';
import { reasonNotToSeeBound, socketsOnPorts } from '../../../src/kernel/sockets/bound.js';
import { captureTables } from '../../../src/kernel/sockets/capture.js';
import { inetDumps, unixDumps } from '../../../src/kernel/sockets/sock_diag.js';
import { TablePoller } from '../../../src/kernel/sockets/table_poller.js';
import { listenTcp } from './live.js';

const CONTEXT = { netns: '1', devices: new Map<number, string>() };

t.test('nothing dumps a table where that would load a module', async (t) => {
  const directory = t.testdir({ modules: 'overlay 1 0 - Live 0x0\n', builtin: '' });
  const moduleFiles = { loaded: `${directory}/modules`, builtin: `${directory}/builtin` };
  const access = { netns: null, allowModuleLoad: false, moduleFiles };
  const addon = native();
  const dumps = Object.fromEntries(
    ['dumpInet', 'dumpUnix'].map((name) => [name, (addon as unknown as Record<string, unknown>)[name]]),
  );
  const asked: string[] = [];
  for (const name of Object.keys(dumps)) {
    Object.assign(addon, { [name]: () => Promise.reject(new Error(asked.push(name).toString())) });
  }
  t.teardown(() => Object.assign(addon, dumps));

  const absent = (module: string) => ({ code: 'diag-module-not-loaded', params: { module } });
  t.strictSame(await inetDumps('tcp', 1, access), absent('tcp_diag'));
  t.strictSame(await unixDumps(1, access), absent('unix_diag'));
  const { handle, port } = await listenTcp({ host: '127.0.0.1' });
  t.teardown(() => handle.close());
  const onPort = (protocol: 'tcp' | 'udp') =>
    socketsOnPorts(protocol, new Set([port]), access, CONTEXT, () => new Set([port]));
  t.match(
    await onPort('tcp'),
    { sockets: [{ kind: 'listener' }], unlisted: absent('tcp_diag') },
    '/proc/net has no merely bound sockets',
  );
  t.strictSame(await onPort('udp'), { sockets: [], unlisted: null }, 'it has all of UDP');
  t.strictSame(await new TablePoller(access).poll(true), { hasChanged: false, counters: null });
  t.match(await captureTables(access), {
    tcp: { source: { via: '/proc/net' } },
    unix: { source: { via: '/proc/net' } },
  });
  t.strictSame(asked, []);
});

t.test('the sockets on a port', async (t) => {
  const { handle, port, inode } = await listenTcp({ host: '127.0.0.1' });
  t.teardown(() => handle.close());
  const access = { netns: null, allowModuleLoad: true };
  t.match(await socketsOnPorts('tcp', new Set([port]), access, CONTEXT, () => new Set()), {
    sockets: [{ kind: 'listener', listener: { inode, address: '127.0.0.1' } }],
  });
  t.strictSame(reasonNotToSeeBound('6.7.12-amd64'), {
    code: 'bound-not-listed',
    params: { kernel: '6.7.12-amd64', needed: '6.8' },
  });
  for (const kernel of ['6.8.0-45-generic', '6.12.1', '7.0.0']) t.equal(reasonNotToSeeBound(kernel), null, kernel);
});
