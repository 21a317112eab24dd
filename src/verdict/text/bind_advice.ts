import { printable } from '../../base/text.js';
import type { Advice } from '../finding.js';
import { advice, shellWord } from './commands.js';
import type { AddressOwner, BindFailure } from './event.js';
import { waitFor } from './obstacle_advice.js';
import { closeOrStop } from './stop.js';

/** What to do about a bind or listen that failed; null: nothing is known that helps. Pure. */
export function bindAdvice(failure: BindFailure): Advice | null {
  switch (failure.code) {
    case 'EADDRINUSE':
      return inUseAdvice(failure);
    case 'EADDRNOTAVAIL':
      return advice(
        'No interface has this address: give the program another one, or the address to one.',
        'ip -br address',
      );
    case 'EACCES':
      if (failure.protocol === 'unix') return null;
      return advice(
        'Run the program as root or with CAP_NET_BIND_SERVICE, or give it a port that needs neither.',
        'sysctl net.ipv4.ip_unprivileged_port_start',
      );
    default:
      return null;
  }
}

function inUseAdvice({ process, holders, protocol, place }: BindFailure): Advice {
  const port = /:(\d+)$/.exec(place)?.[1];
  const what = protocol === 'unix' || port === undefined ? place : `${port}${protocol === 'udp' ? '/udp' : ''}`;
  const who = `sudo k8s-sockwatch who ${shellWord(what)}`;
  if (holders.length > 0 && holders.every(({ kind }) => kind === 'time-wait')) {
    const seconds = Math.max(...holders.map(({ remainingMs }) => remainingMs ?? 0)) / 1000;
    return waitFor(seconds === 0 ? null : seconds);
  }
  const unit = process.unit;
  if (unit !== null && holders.some((holder) => isOf(holder, unit))) {
    const text = printable(`Another process of ${unit} has the address; find out whether it was started twice.`);
    return advice(text, who, `systemctl status -- ${shellWord(unit)}`);
  }
  const stopped = closeOrStop(holders.filter(({ owners }) => owners.length > 0));
  if (stopped === null) return advice('Find out who has the address.', who);
  return advice(`Give the program another address, or ${stopped.text}.`, who, ...stopped.commands);
}

function isOf({ owners }: AddressOwner, unit: string): boolean {
  return owners.some((owner) => owner.kind === 'process' && owner.unit === unit);
}
