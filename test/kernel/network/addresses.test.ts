import t from 'tap';
import { addressOf } from '../../../src/kernel/network/addresses.js';
import { addressHeader, attribute, message, u32 } from './messages.js';

const AF_INET = 2;
const AF_INET6 = 10;
const IFA_ADDRESS = 1;
const IFA_LOCAL = 2;
const IFA_FLAGS = 8;
const SCOPE_LINK = 253;
const SCOPE_HOST = 254;

const v4 = (last: number): Buffer => Buffer.of(192, 0, 2, last);
const v6 = (first: number): Buffer => Buffer.from([first, 0x80, ...Array(13).fill(0), 2]);

t.test('the address of an interface', (t) => {
  const cases: [string, Parameters<typeof message>, ReturnType<typeof addressOf>][] = [
    [
      'IPv4',
      [
        addressHeader(AF_INET, 2),
        attribute(IFA_ADDRESS, v4(2)),
        attribute(IFA_LOCAL, v4(2)),
        attribute(IFA_FLAGS, u32(1)),
      ],
      { index: 2, address: '192.0.2.2', linkLocal: false },
    ],
    [
      'point to point: the other end is not ours',
      [addressHeader(AF_INET, 3), attribute(IFA_ADDRESS, v4(9)), attribute(IFA_LOCAL, v4(2))],
      { index: 3, address: '192.0.2.2', linkLocal: false },
    ],
    [
      'IPv6, which has IFA_ADDRESS only',
      [addressHeader(AF_INET6, 2), attribute(IFA_ADDRESS, v6(0xfd))],
      { index: 2, address: 'fd80::2', linkLocal: false },
    ],
    [
      'link-local',
      [addressHeader(AF_INET6, 2, SCOPE_LINK), attribute(IFA_ADDRESS, v6(0xfe))],
      { index: 2, address: 'fe80::2', linkLocal: true },
    ],
    [
      'loopback',
      [addressHeader(AF_INET, 1, SCOPE_HOST), attribute(IFA_LOCAL, Buffer.of(127, 0, 0, 1))],
      { index: 1, address: '127.0.0.1', linkLocal: false },
    ],
    ['no address', [addressHeader(AF_INET, 2)], null],
    ['of no family', [addressHeader(AF_INET, 2), attribute(IFA_LOCAL, Buffer.alloc(5))], null],
  ];
  for (const [what, parts, expected] of cases) t.strictSame(addressOf(message(...parts)), expected, what);
  t.end();
});
