import t from 'tap';
import { UNCODED } from '../../../src/base/coded.js';
import type { Verdict } from '../../../src/verdict/finding.js';
import { documentOf } from '../../snapshot/document/document.js';
import { capture, held, notes, processOwner, row, spec } from '../../verdict/factory.js';
import { LARGE, linesOf, nodeWith, press, SOCKETS, screenText, screenWith } from '../screen.js';

t.test('details show everything about a finding, and what to do next', (t) => {
  const owner = processOwner('nc', {
    comm: 'kubelet',
    unit: 'session-3.scope',
    cgroup: '/user.slice/session-3.scope',
    pod: '5d2c1f0e-7a4b-4c3d-9e8f-0a1b2c3d4e5f',
    container: 'c'.repeat(64),
  });
  const socket = held('nc', '0.0.0.0', 10250, {
    owners: [owner],
    cookie: '77',
    inode: 4711,
    uid: 1000,
    device: 'eth0',
  });
  const state = press(
    screenWith([documentOf(spec([row('*:10250', 'kubelet')]), capture([socket]))], { size: LARGE }),
    'return',
  );
  const text = screenText(state);
  for (const part of [
    /verdict/,
    /why/,
    /next/,
    /4711/,
    /cookie 77/,
    /uid 1000/,
    /session-3\.scope/,
    /pid 812/,
    /exe/,
    /cgroup/,
  ]) {
    t.match(text, part);
  }
  t.match(text, /5d2c1f0e-7a4b-4c3d-9e8f-0a1b2c3d4e5f/);
  t.match(text, /c{40}/);
  t.end();
});

t.test('what to do comes right after why; names and settings are said once', (t) => {
  const document = nodeWith(SOCKETS);
  const source = { kind: 'arguments-file', path: '/x/cilium', line: 7 } as const;
  const configuration = { flag: '--address', value: '0.0.0.0', source, inEffect: true };
  const shown = (verdict: Verdict): string[] => {
    const findings = document.findings.map((one) => ({ ...one, configuration, verdict })) as typeof document.findings;
    return linesOf(press(screenWith([{ ...document, findings }]), 'return'))
      .map((line) => /^(\S.*?) {2}/.exec(line)?.[1] ?? '')
      .slice(4)
      .filter((name) => name !== '' && !name.startsWith('Socket'));
  };
  const rest = ['matched by', 'role', 'reach', 'queue', 'owner', 'exe', 'inode', 'Esc q back'];
  t.strictSame(shown('ok'), ['verdict', 'page', 'why', 'configured', 'next', ...rest]);
  t.strictSame(shown('exposed'), ['verdict', 'page', 'why', 'next', ...rest], 'the reason quotes it');
  t.end();
});

t.test('details show the advice of a finding with its commands, also for recordings without codes', (t) => {
  const document = nodeWith(SOCKETS);
  const uncoded = document.findings.map((finding) => ({ ...finding, ...UNCODED, advice: null }));
  for (const findings of [document.findings, uncoded]) {
    const state = screenWith([{ ...document, findings }], { size: LARGE });
    t.match(
      screenText(press(state, 'return')),
      /│ next +Bind cilium-agent to loopback[\s\S]*│ +sudo k8s kubectl get pods/,
    );
    t.match(screenText(press(state, ': :10250 return return')), /│ next +Nothing to do\./);
  }
  t.end();
});

t.test('details show the setting behind a finding', (t) => {
  const document = nodeWith(SOCKETS);
  const source = { kind: 'arguments-file', path: '/x/cilium', line: 7 } as const;
  const configuration = { flag: '--address', value: '0.0.0.0', source, inEffect: false };
  const findings = document.findings.map((finding) =>
    finding.code === null
      ? finding
      : { ...finding, configuration, params: { ...finding.params, running: '127.0.0.1' } },
  ) as typeof document.findings;
  const text = screenText(press(screenWith([{ ...document, findings }], { size: LARGE }), 'return'));
  t.match(text, /│ configured +--address=0\.0\.0\.0 in line 7 of \/x\/cilium/);
  t.match(text, /the process still runs with 127\.0\.0\.1/);
  t.end();
});

t.test('a command that is too long for its column begins further to the left, and is whole if it can be', (t) => {
  const document = nodeWith(SOCKETS);
  const command = `sudo k8s kubectl -n kube-system get configmap ${'x'.repeat(40)}`;
  const findings = document.findings.map((finding) => ({ ...finding, advice: { text: 'Look.', commands: [command] } }));
  const shown = (width: number) =>
    linesOf(press(screenWith([{ ...document, findings }], { size: { width, height: 24 } }), 'return'));
  t.ok(shown(110).includes(`${' '.repeat(13)}${command}`));
  t.ok(shown(90).includes(`  ${command}`));
  t.match(shown(60).join('\n'), /^ {13}sudo k8s kubectl -n kube-system get configmap\n {13}x{40}$/m);
  t.end();
});

t.test('the name of an impostor is quoted, in the details of its row and of its listener', (t) => {
  const units = { kubelet: { units: ['snap.k8s.kubelet.service'] } };
  const page = spec([row('*:10250', 'kubelet')], { notes: notes({ services: units }) });
  const impostor = held('kubelet', '0.0.0.0', 10250, { owners: [processOwner('kubelet', { unit: 'cron.service' })] });
  const state = screenWith([documentOf(page, capture([impostor]))], { size: LARGE });
  for (const keys of ['return', '2 return'])
    t.match(screenText(press(state, keys)), /owner +"kubelet" {3}pid 812/, keys);
  t.end();
});
