import t from 'tap';
import { bindAdvice } from '../../../src/verdict/text/bind_advice.js';
import type { AddressOwner, BindFailure } from '../../../src/verdict/text/event.js';
import { addressOwner, processOwner } from '../factory.js';

function failure(holders: readonly AddressOwner[], changes: Partial<BindFailure> = {}): BindFailure {
  const process = processOwner('python3', { pid: 99, unit: 'session-1.scope' });
  const fields = { call: 'bind', code: 'EADDRINUSE', protocol: 'tcp', place: '0.0.0.0:10250', process } as const;
  return { ...fields, holders, holdersOmitted: 0, holdersUnknown: null, ...changes };
}

const KUBELET = processOwner('kubelet', { pid: 7, unit: 'snap.k8s.kubelet.service' });

t.test('another program has the address', (t) => {
  const advice = bindAdvice(failure([addressOwner('listener', '[::]:10250', [KUBELET])]));
  t.equal(
    advice?.text,
    'Give the program another address, or change the setting of kubelet that opens it, and restart kubelet.',
  );
  t.strictSame(advice?.commands, [
    'sudo k8s-sockwatch who 10250',
    'sudo cat /var/snap/k8s/common/args/kubelet',
    'sudo snap restart k8s.kubelet',
  ]);
  t.end();
});

t.test('its own service has it', (t) => {
  const advice = bindAdvice(failure([addressOwner('listener', '[::]:10250', [KUBELET])], { process: KUBELET }));
  t.match(advice?.text, /^Another process of snap\.k8s\.kubelet\.service has the address/);
  t.strictSame(advice?.commands.at(-1), 'systemctl status -- snap.k8s.kubelet.service');
  t.end();
});

t.test('what is left of a connection, an unknown owner, and no owner', (t) => {
  const rest = { ...addressOwner('time-wait', '0.0.0.0:10250', []), remainingMs: 12_300 };
  t.strictSame(bindAdvice(failure([rest]))?.commands, ['sleep 13']);
  const who = ['sudo k8s-sockwatch who 53/udp'];
  for (const holders of [[], [addressOwner('listener', '0.0.0.0:53', [])]])
    t.strictSame(bindAdvice(failure(holders, { protocol: 'udp', place: '0.0.0.0:53' }))?.commands, who);
  const path = { protocol: 'unix', place: "/run/a b'c" } as const;
  t.strictSame(bindAdvice(failure([], path))?.commands, ["sudo k8s-sockwatch who '/run/a b'\\''c'"]);
  t.end();
});

t.test('other errors', (t) => {
  t.match(bindAdvice(failure([], { code: 'EACCES', place: '0.0.0.0:80' }))?.text, 'CAP_NET_BIND_SERVICE');
  t.match(bindAdvice(failure([], { code: 'EADDRNOTAVAIL' }))?.commands, ['ip -br address']);
  t.equal(bindAdvice(failure([], { code: 'EACCES', protocol: 'unix', place: '/x' })), null);
  t.equal(bindAdvice(failure([], { code: 'EINVAL' })), null);
  t.end();
});
