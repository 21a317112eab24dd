import t from 'tap';
import { isBootstrapped } from '../../src/node/marked_role.js';
import type { ServiceState, Setting } from '../../src/node/setting.js';

const NONE = { markedRole: null, isUnmarked: true };
const ADDRESS: Setting = {
  service: 'k8sd',
  flag: 'address',
  value: '192.0.2.2:6400',
  source: { kind: 'state-file', path: '/daemon.yaml', line: 2 },
  inEffect: null,
  running: null,
};

function unit(service: string, enabled: boolean | null, pids: readonly number[] | null): ServiceState {
  return { unit: `snap.k8s.${service}.service`, enabled, pids, comm: null };
}

t.test('not bootstrapped: no marker, no setting, and no service but k8sd', (t) => {
  const idle = [unit('k8sd', true, [700]), unit('kubelet', false, []), unit('containerd', null, null)];
  t.equal(isBootstrapped(NONE, [], idle), false);
  t.equal(isBootstrapped(NONE, [], null), false);
  t.equal(isBootstrapped({ markedRole: { role: 'worker', file: '/lock/worker' }, isUnmarked: false }, [], idle), true);
  t.equal(isBootstrapped({ ...NONE, isUnmarked: false }, [], idle), null, 'markers that cannot be seen');
  t.equal(isBootstrapped(NONE, [ADDRESS], idle), null, 'k8sd has an address');
  t.equal(isBootstrapped(NONE, [], [unit('kubelet', true, [])]), null, 'a service is enabled');
  t.equal(isBootstrapped(NONE, [], [unit('kubelet', false, [812])]), null, 'a service was left running');
  t.end();
});
