import t from 'tap';
import { evaluate } from '../../src/verdict/evaluate.js';
import { capture, held, NODE, notes, row, rowNote, spec, unit } from './factory.js';

const ROWS = [
  row('localhost:10248', 'kubelet'),
  row('*:10259', 'kube-scheduler'),
  row('*:6443', 'kube-apiserver'),
  row('default:2379', 'etcd'),
];
const services = [unit('kubelet', { comm: 'bash' }), unit('kube-scheduler', { comm: 'bash' }), unit('kube-apiserver')];

function causes(sockets: Parameters<typeof capture>[0]): (number | null)[] {
  const { findings } = evaluate(spec(ROWS), capture(sockets, { node: { ...NODE, services } }), 'control-plane');
  return findings.map(({ causedBy }) => causedBy);
}

t.test('on a worker that is the proxy of the API server', (t) => {
  const known = notes({
    rows: [rowNote({ service: 'kube-apiserver' }, { serviceByRole: { worker: 'k8s-apiserver-proxy' } })],
  });
  const node = { ...NODE, services: [unit('kubelet', { comm: 'bash' }), unit('k8s-apiserver-proxy', { pids: [] })] };
  const { findings } = evaluate(spec(ROWS, { notes: known }), capture([], { node }), 'worker');
  t.match(findings[0], { causedBy: 2, params: { waitsFor: 'k8s-apiserver-proxy' } });
  t.end();
});

t.test('what waits for the API server names it', (t) => {
  t.strictSame(causes([]), [2, 2, null, null]);
  t.strictSame(causes([held('kube-apiserver', '0.0.0.0', 6443)]), [null, null, null, null], 'not if it answers');
  t.end();
});
