import * as net from 'node:net';
import t from 'tap';
import { isIP, isIPv4 } from '../../src/base/ip.js';

t.test('addresses are those of node:net', (t) => {
  const tails = [
    '',
    '1',
    '1:2',
    '1.2.3.4',
    '1.2.3',
    '1.2.3.4.5',
    '01.2.3.4',
    '256.1.1.1',
    'g',
    'fffff',
    ':',
    '1%eth0',
    '%',
    '%a_',
  ];
  const heads = [
    '',
    ':',
    '::',
    '1::',
    '::1:',
    '1::2::',
    '1:2:3:4:5:6:',
    '1:2:3:4:5:6:7:',
    '1:2:3:4:5:6:7::',
    '::FFFF:',
    '::ffff:0:',
  ];
  const more = [
    '::1%eth0.1-a:b',
    '::%',
    '::1%',
    '1.2.3.4%eth0',
    ' ::1',
    '::1\n',
    '1.2.3.4\n',
    '1.2.3.4.',
    '.1.2.3.4',
    'fe80::1%25eth0',
    '::1%a%b',
  ];
  for (const text of [...heads.flatMap((head) => tails.map((tail) => head + tail)), ...more]) {
    t.equal(isIP(text), net.isIP(text), JSON.stringify(text));
    t.equal(isIPv4(text), net.isIPv4(text), JSON.stringify(text));
  }
  t.end();
});
