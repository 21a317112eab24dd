import t from 'tap';
import { diffToText } from '../../src/report/diff_text.js';
import { diff } from '../../src/snapshot/diff/diff.js';
import type { SnapshotDocument } from '../../src/snapshot/document/document.js';
import { joined } from '../joined.js';
import { documentOf } from '../snapshot/document/document.js';
import { capture, coverage, held, processOwner, row, spec } from '../verdict/factory.js';

const PAGE = spec([row('localhost:10248', 'kubelet'), row('default:6400', 'k8sd')]);
const HEALTHY = [held('kubelet', '127.0.0.1', 10248), held('k8sd', '192.0.2.2', 6400)];

function shot(sockets: Parameters<typeof capture>[0], capturedAt: string, failed = false): SnapshotDocument {
  const seen = failed ? { coverage: coverage({ udp: 'failed' }) } : {};
  return { ...documentOf(PAGE, capture(sockets, seen)), capturedAt };
}

const [NOON, ONE] = ['2026-01-31T12:00:00.000Z', '2026-01-31T13:00:00.000Z'];

t.test('the whole report', (t) => {
  const restarted = held('k8sd', '192.0.2.2', 6400, { owners: [processOwner('k8sd', { pid: 4711 })] });
  const text = joined(
    diffToText(diff(shot(HEALTHY, NOON), shot([held('kubelet', '0.0.0.0', 10248), restarted], ONE, true))),
  );
  t.equal(
    text,
    `node  2026-01-31T12:00:00.000Z → 2026-01-31T13:00:00.000Z
1 changed verdict · 1 widened · 1 changed source · 1 restarted

Verdicts:
  kubelet localhost:10248/tcp: ok → exposed: kubelet (pid 812, /snap/k8s/1/bin/kubelet) is listening on 0.0.0.0:10248, which is wider than localhost:10248/tcp in the page

Listeners:
  widened        kubelet (/snap/k8s/1/bin/kubelet) is listening on a wider address: 0.0.0.0:10248/tcp instead of 127.0.0.1:10248/tcp

Unknown on one side:
  udp: ok → failed (udp is broken)

Informational:
  restarted      k8sd (/snap/k8s/1/bin/k8sd) was restarted (pid 812 → pid 4711), listening on 192.0.2.2:6400/tcp
`,
  );
  t.end();
});

t.test('conclusions', (t) => {
  const same = shot(HEALTHY, NOON);
  t.equal(joined(diffToText(diff(same, same))).split('\n')[1], 'no differences');
  const renamed = { ...same, node: { ...same.node, hostname: 'two\u001b[31m\n' } };
  const text = joined(diffToText(diff(same, renamed)));
  t.match(text, /^two hosts: node and two\\x1b\[31m\\x0a /, 'in the first line');
  t.match(text, /\nno significant differences: 1 changed fact\n {2}different hosts: node → two/);
  t.match(joined(diffToText(diff(shot(HEALTHY, ONE), same))), / {2}\(OLD is later than NEW\)\n/);
  t.end();
});
