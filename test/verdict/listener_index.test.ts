import t from 'tap';
import { ListenerIndex } from '../../src/verdict/listener_index.js';
import { held, unixListener } from './factory.js';

t.test('listeners are found by protocol and port, by whether they accept, and by owner', async (t) => {
  const first = held('kubelet', '127.0.0.1', 10248);
  const second = held('kubelet', '::1', 10248);
  const udp = { ...held('chronyd', '127.0.0.1', 10248), protocol: 'udp' } as const;
  const unix = unixListener('/run/x.sock');
  const bound = { ...unixListener('/run/y.sock'), state: 'UNCONN' } as const;
  const index = new ListenerIndex([first, second, udp, unix, bound]);
  t.strictSame(index.onPort('tcp', 10248), [first, second]);
  t.strictSame(index.onPort('udp', 10248), [udp]);
  t.strictSame(index.onPort('tcp', 1), []);
  t.strictSame(index.accepting, [unix]);
  t.strictSame(
    index.ofEachOwner.filter(({ protocol }) => protocol !== 'unix'),
    [first, udp],
    'two sockets of one program are one owner',
  );
});
