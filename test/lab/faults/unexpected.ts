import { SESSION } from '../healthy.js';
import { type Plan, type Socket, standIn, tcp, udp, withService } from '../plan.js';
import type { Fault } from './fault.js';

/** ESC [ 3 1 m turns a terminal red, and fits into the 15 bytes of a comm. */
const HOSTILE = '\x1b[31mkubelet';

function someone(plan: Plan, name: string, socket: Socket): Plan {
  return withService(plan, standIn({ name, cgroup: SESSION, uid: 1000, sockets: [socket] }));
}

/** A listener that is neither in the page nor in the notes. */
export const UNEXPECTED: readonly Fault[] = [
  {
    name: 'unexpected-tcp',
    description: 'an unknown program accepts connections from everywhere',
    plan: (plan, { any }) => someone(plan, 'backdoor', tcp(any, 31337)),
    expect: () => [
      {
        subject: { kind: 'listener', protocol: 'tcp', port: 31337 },
        verdict: 'unexpected',
        severity: 'warning',
        culprit: { process: 'backdoor', comm: 'backdoor', exe: 'backdoor' },
      },
    ],
  },
  {
    name: 'unexpected-udp',
    description: 'an unknown program receives datagrams on a well-known port',
    plan: (plan, { any }) => someone(plan, 'trapdoor', udp(any, 161)),
    expect: () => [
      {
        subject: { kind: 'listener', protocol: 'udp', port: 161 },
        verdict: 'unexpected',
        severity: 'warning',
        culprit: { process: 'trapdoor', comm: 'trapdoor' },
      },
    ],
  },
  {
    name: 'unexpected-loopback',
    description: 'an unknown program listens on loopback only',
    plan: (plan) => someone(plan, 'debugger', tcp('127.0.0.1', 9229)),
    expect: () => [
      {
        subject: { kind: 'listener', protocol: 'tcp', port: 9229 },
        verdict: 'unexpected',
        severity: 'info',
        culprit: { process: 'debugger', comm: 'debugger' },
      },
    ],
  },
  {
    name: 'hostile-name',
    description: 'a program with a terminal escape sequence in comm, argv and path',
    plan: (plan, { any }) => someone(plan, HOSTILE, tcp(any, 6666)),
    expect: () => [
      {
        subject: { kind: 'listener', protocol: 'tcp', port: 6666 },
        verdict: 'unexpected',
        severity: 'warning',
        culprit: { process: HOSTILE, comm: HOSTILE, exe: HOSTILE },
      },
    ],
  },
];
