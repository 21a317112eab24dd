import t from 'tap';
import { held, judge, NODE, processOwner, row, unit } from '../factory.js';

const SCHEDULER = row('*:10259', 'kube-scheduler');
const INTRUDER = held('nc', '0.0.0.0', 10259, { owners: [processOwner('nc', { pid: 99, unit: 'session-3.scope' })] });

function adviceWith(services: ReturnType<typeof unit>[] | null): string {
  const observed = { node: { ...NODE, services } };
  const { text, commands } = judge(SCHEDULER, { sockets: [INTRUDER], observed }).advice ?? { text: '', commands: [] };
  return [text, ...commands].join('\n');
}

t.test('what gets the service going once its address is free', (t) => {
  const stopped = 'If it does not belong there, stop process 99 ("nc"), then';
  const restart = 'restart kube-scheduler.\nsudo kill 99\nsudo snap restart k8s.kube-scheduler';
  t.equal(adviceWith(null), `${stopped} start or ${restart}`, 'nothing is known, as after redaction');
  t.equal(adviceWith([unit('kube-scheduler')]), `${stopped} ${restart}`);
  t.equal(adviceWith([unit('kube-scheduler', { pids: null })]), `${stopped} start or ${restart}`, 'unseen processes');
  const start = `${stopped} start kube-scheduler, which has no process.\nsudo kill 99\nsudo snap start`;
  t.equal(adviceWith([unit('kube-scheduler', { pids: [] })]), `${start} k8s.kube-scheduler`);
  const disabled = unit('kube-scheduler', { pids: [], enabled: false });
  t.equal(adviceWith([disabled]), `${start} --enable k8s.kube-scheduler`);
  t.end();
});
