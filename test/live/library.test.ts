import { once } from 'node:events';
import { createServer } from 'node:net';
import t from 'tap';
import { listeners, type OwnedListener, watch } from '../../src/index.js';

t.setTimeout(120_000);

const onPort = (sockets: readonly OwnedListener[], port: number): OwnedListener | undefined =>
  sockets.find((one) => one.protocol === 'tcp' && one.port === port);

async function openServer(wanted = 0): Promise<{ port: number; close(): Promise<void> }> {
  const server = createServer().listen(wanted, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('it has a port');
  return {
    port: address.port,
    close: async () => {
      server.close();
      await once(server, 'close');
    },
  };
}

t.test('listeners() reads the sockets and who owns them, without a page', async (t) => {
  const server = await openServer();
  t.teardown(() => server.close());
  const { sockets, coverage } = await listeners();
  const owner = onPort(sockets, server.port)?.owners[0];
  t.ok(owner?.kind === 'process' && owner.pid === process.pid);
  t.strictSame(
    coverage.sources.map(({ name }) => name),
    ['tcp', 'udp', 'unix', 'owners', 'network'],
  );
  await t.rejects(listeners({ netns: '/nowhere' }), { code: 'ERR_NETNS' });
  await t.rejects(listeners({ signal: AbortSignal.abort(new Error('enough')) }), { message: 'enough' });
});

t.test('watch() reports what a snapshot shows before that snapshot', async (t) => {
  let server = await openServer();
  const { port } = server;
  await server.close();
  const seen: string[] = [];
  const abort = new AbortController();
  for await (const update of watch({ signal: abort.signal })) {
    if (update.kind === 'change') {
      const { change } = update;
      if (change.event === 'started') seen.push('started');
      else if ((change.event === 'opened' || change.event === 'closed') && change.socket.port === port)
        seen.push(change.event);
      continue;
    }
    const isThere = onPort(update.document.sockets, port) !== undefined;
    switch (seen.at(-1)) {
      case 'started':
        t.notOk(isThere);
        seen.push('absent');
        server = await openServer(port);
        break;
      case 'opened':
        // The table may have been read before it was opened.
        if (!isThere) break;
        seen.push('present');
        await server.close();
        break;
      case 'closed':
        if (isThere) break;
        seen.push('gone');
        abort.abort();
    }
  }
  t.strictSame(seen, ['started', 'absent', 'opened', 'present', 'closed', 'gone']);
});
