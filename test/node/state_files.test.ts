import t from 'tap';
import { networkFeatureOf } from '../../src/node/network_feature.js';
import { releaseIn, releaseOf } from '../../src/node/release.js';
import { STATE_FILES, scalarOf, stateSettings } from '../../src/node/state_files.js';

const [K8SD] = STATE_FILES;
if (K8SD === undefined) throw new Error('there is no state file');
const state = (text: string) => stateSettings(K8SD, { path: K8SD.path, file: { state: 'read', text } });

t.test("k8sd's address comes from its state", (t) => {
  t.match(state('name: n\naddress: 192.0.2.7:6400\nservers: {}\n').settings, [
    {
      service: 'k8sd',
      flag: 'address',
      value: '192.0.2.7:6400',
      source: { kind: 'state-file', line: 2 },
      inEffect: null,
    },
  ]);
  t.equal(state('address: "[fd00::7]:2380"\n').settings[0]?.value, '[fd00::7]:2380');
  t.strictSame(state('name: n\naddress: ""\n'), { settings: [], faults: [] }, 'before it is bootstrapped');
  t.strictSame(state('name: n\n'), { settings: [], faults: [] });
  t.match(state('address: secret\n'), {
    settings: [],
    faults: [{ code: 'setting-not-understood', params: { line: 1 } }],
  });
  const absent = stateSettings(K8SD, { path: K8SD.path, file: { state: 'absent' } });
  t.strictSame(absent, { settings: [], faults: [] });
  t.end();
});

t.test('scalars at the top level', (t) => {
  t.strictSame(scalarOf('a: 1\n b: 2\nb: 3 # x\n', 'b'), { value: '3', line: 3 });
  t.strictSame(scalarOf("b: 'x'", 'b'), { value: 'x', line: 1 });
  t.strictSame(scalarOf('b: [1]', 'b'), { value: '', line: 1 });
  t.equal(scalarOf('bb: 1', 'b'), null);
  t.end();
});

t.test('the installed release', (t) => {
  t.equal(releaseOf({ state: 'read', text: 'name: k8s\nversion: v1.34.1\n' }), '1.34.1');
  t.equal(releaseOf({ state: 'read', text: "version: '1.36.3'\n" }), '1.36.3');
  t.equal(releaseOf({ state: 'absent' }), null);
  t.equal(releaseIn('1.36.3-beta'), '1.36.3');
  t.equal(releaseIn('v1'), null);
  t.equal(releaseIn('latest'), null);
  t.end();
});

t.test('the network feature by the files of network plugins', (t) => {
  t.equal(networkFeatureOf(['05-cilium.conflist']), 'on');
  t.equal(networkFeatureOf(['10-calico.conflist']), 'off');
  t.equal(networkFeatureOf(['05-cilium.conflist', '10-calico.conflist.cilium_bak']), 'on');
  t.equal(networkFeatureOf(['README']), null);
  t.equal(networkFeatureOf([]), null);
  t.equal(networkFeatureOf(null), null);
  t.end();
});
