import { endianness } from 'node:os';
import t from 'tap';
import { parseTimeWait } from '../../../src/kernel/sockets/time_wait.js';

const HEAD =
  '  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode                     ';
const line = (local: string, state: string, timer: string): string =>
  `   0: ${local} 0100007F:7A12 ${state} 00000000:00000000 ${timer} 00000000     0        0 0 3 0000000000000000`;

t.test('how long closed connections keep an address', { skip: endianness() !== 'LE' }, (t) => {
  const mapped = '0000000000000000FFFF00000100007F:7A15';
  const lines = [
    HEAD,
    line('0100007F:7A15', '06', '03:000003E8'),
    line(mapped, '06', '03:000007D0'),
    line('0200007F:7A15', '06', '03:00000001'),
    line('0100007F:7A15', '01', '02:0000FFFF'),
    'garbage',
  ];
  t.strictSame(
    [...parseTimeWait(lines.join('\n'))],
    [
      ['31253 127.0.0.1', 20_000],
      ['31253 127.0.0.2', 10],
    ],
  );
  t.equal(parseTimeWait('').size, 0);
  t.end();
});
