import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { toPrometheus } from '../../src/report/prometheus.js';
import type { SnapshotDocument } from '../../src/snapshot/document/document.js';
import type { Claim } from '../../src/verdict/claim.js';
import { ROOT } from '../native/toolchain.js';
import { documentOf } from '../snapshot/document/document.js';
import { capture, coverage, held, processOwner, row, spec, unixRow } from '../verdict/factory.js';

/** The text for a document. */
function metricsOf(document: SnapshotDocument | null, isStuck = false, eventsLost: number | null = null) {
  const captured = document === null ? null : { document, durationMs: 250 };
  return toPrometheus({ capture: captured, isStuck, eventsLost, version: '1.2.3' });
}

/** Samples by name and labels. */
function samples(text: string): Record<string, string> {
  const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  return Object.fromEntries(lines.map((line) => [line.slice(0, line.lastIndexOf(' ')), line.split(' ').at(-1) ?? '']));
}

/** What is 1 of the rows, as `service port/protocol verdict severity`. */
function rowsOf(text: string): string[] {
  const pattern =
    /^k8s_sockwatch_row_verdict\{service="(.*)",port="(\d*)",protocol="(\w+)",verdict="([\w-]+)",severity="(\w+)"\} 1$/gm;
  return Array.from(text.matchAll(pattern), ([, service, port, protocol, verdict, severity]) =>
    [service, `${port}/${protocol}`, verdict, severity].join(' '),
  );
}

const PAGE = spec([
  row('localhost:10248', 'kubelet'),
  row('*:10250', 'kubelet'),
  row('*:10259', 'kube-scheduler'),
  unixRow('/run/containerd/containerd.sock', 'containerd'),
]);

t.test('rows: the verdict that each has is 1, all others are 0', async (t) => {
  const sockets = [held('kubelet', '0.0.0.0', 10248), held('kubelet', '127.0.0.1', 10250)];
  const text = await metricsOf(documentOf(PAGE, capture(sockets)));
  t.strictSame(rowsOf(text), [
    'kubelet 10248/tcp exposed error',
    'kubelet 10250/tcp narrowed warning',
    'kube-scheduler 10259/tcp missing error',
    'containerd /unix unverified unknown',
  ]);
  const kubelet = Object.entries(samples(text)).filter(([name]) => name.includes('port="10248"'));
  t.equal(kubelet.length, 10, 'every verdict that a row can have, and both severities of narrowed');
  t.equal(kubelet.filter(([, value]) => value === '0').length, 9);
  t.match(samples(text), {
    'k8s_sockwatch_build_info{version="1.2.3"}': '1',
    k8s_sockwatch_coverage_complete: '1',
    k8s_sockwatch_last_capture_timestamp_seconds: String(Date.parse('2026-01-31T12:00:00.000Z') / 1000),
    k8s_sockwatch_capture_duration_seconds: '0.25',
    'k8s_sockwatch_result{result="drift"}': '1',
    'k8s_sockwatch_result{result="match"}': '0',
  });
  t.notMatch(text, 'events_lost', 'where no events are observed, none are counted');
});

t.test('rows that differ in the host alone are one series', async (t) => {
  const page = spec([row('localhost:2379', 'etcd'), row('default:2379', 'etcd')]);
  t.strictSame(rowsOf(await metricsOf(documentOf(page, capture([held('etcd', '127.0.0.1', 2379)])))), [
    'etcd 2379/tcp narrowed warning',
    'etcd 2379/tcp ok none',
  ]);
});

/** A claim of kubelet's at an endpoint. */
function claimed(result: Claim['result'], endpoint: string): Claim {
  const kubelet = { service: 'kubelet', host: '*', port: 10250, protocol: 'tcp', path: null, role: null } as const;
  const evidence = { code: 'not-tls', params: {} } as const;
  return { row: kubelet, claim: 'tls', endpoint, result, severity: 'none', evidence, message: '', certificate: null };
}

t.test('claims: the worst of several endpoints is 1, the others are 0', async (t) => {
  const claims = [claimed('holds', '192.0.2.2:10250'), claimed('unverified', '127.0.0.1:10250')];
  const text = await metricsOf({ ...documentOf(PAGE, capture([])), claims });
  const series = (result: string) =>
    `k8s_sockwatch_claim{service="kubelet",port="10250",claim="tls",result="${result}"}`;
  t.match(samples(text), { [series('holds')]: '0', [series('unverified')]: '1', [series('broken')]: '0' });
  t.notMatch(text, '192.0.2.2');
  t.notMatch(await metricsOf(documentOf(PAGE, capture([]))), 'k8s_sockwatch_claim', 'none where none was asked');
});

t.test('listeners that nothing explains, by reach', async (t) => {
  const sockets = [
    held('nc', '0.0.0.0', 7000),
    held('nc', '::', 7000),
    held('nc', '127.0.0.1', 7001),
    held('nc', '127.0.0.1', 7002),
    held('nc', '169.254.1.1', 7003),
  ];
  t.match(samples(await metricsOf(documentOf(spec([]), capture(sockets)))), {
    'k8s_sockwatch_unexpected_listeners{reach="outside"}': '1',
    'k8s_sockwatch_unexpected_listeners{reach="loopback"}': '2',
    'k8s_sockwatch_unexpected_listeners{reach="link"}': '1',
  });
  t.match(samples(await metricsOf(documentOf())), { 'k8s_sockwatch_unexpected_listeners{reach="outside"}': '0' });
});

t.test('an incomplete answer, a capture that hangs, and none yet', async (t) => {
  const incomplete = documentOf(PAGE, capture([], { coverage: coverage({ udp: 'failed' }) }));
  t.match(samples(await metricsOf(incomplete)), { k8s_sockwatch_coverage_complete: '0' });
  const complete = documentOf(PAGE, capture([]));
  t.match(samples(await metricsOf(complete, true, 7)), {
    k8s_sockwatch_coverage_complete: '0',
    k8s_sockwatch_events_lost_total: '7',
    'k8s_sockwatch_row_verdict{service="kubelet",port="10250",protocol="tcp",verdict="missing",severity="error"}': '1',
  });
  t.strictSame(samples(await metricsOf(null)), {
    'k8s_sockwatch_build_info{version="1.2.3"}': '1',
    k8s_sockwatch_coverage_complete: '0',
  });
});

t.test('nothing that a process chose, and nothing that changes when it restarts, is in a label', async (t) => {
  const owners = [processOwner('evil"\n} 1', { comm: 'evil"\n} 1', exe: '/tmp/\u001b[31m', pid: 4711 })];
  const sockets = [
    held('kubelet', '192.0.2.2', 10250, { owners, inode: 123456 }),
    held('nc', '0.0.0.0', 7000, { owners }),
  ];
  const text = await metricsOf(documentOf(PAGE, capture(sockets)));
  t.notMatch(text, /evil|4711|123456|192\.0\.2\.2|7000|tmp/);
  const names = new Set(Array.from(text.matchAll(/[{,](\w+)="/g), ([, name]) => name));
  t.strictSame([...names].sort(), ['port', 'protocol', 'reach', 'result', 'service', 'severity', 'verdict', 'version']);
});

t.test('names of a page of one’s own are escaped', async (t) => {
  const service = 'a"b\\c\nd\u001b[31m\u202e\ud800';
  const text = await metricsOf(documentOf(spec([row('*:1', service)]), capture([])));
  t.match(text, 'service="a\\"b\\\\c\\\\x0ad\\\\x1b[31m\\\\u{202e}\\\\u{d800}"');
  t.equal(rowsOf(text).length, 1);
});

t.test('docs/metrics.md names every metric, with its labels', async (t) => {
  const asked = { ...documentOf(PAGE, capture([])), claims: [claimed('holds', '127.0.0.1:10250')] };
  const text = await metricsOf(asked, false, 0);
  const labels = new Map<string, string>();
  for (const line of text.split('\n')) {
    const [, name, pairs = ''] = /^(\w+)(?:\{(.*)\})? /.exec(line) ?? [];
    if (name !== undefined) labels.set(name, Array.from(pairs.matchAll(/(\w+)="/g), ([, label]) => label).join());
  }
  const documented = readFileSync(join(ROOT, 'docs/metrics.md'), 'utf8').matchAll(
    /^\| `(k8s_\w+)(?:\{([\w,]+)\})?` \|/gm,
  );
  const inDocs = Array.from(documented, ([, name = '', list = '']) => [name, list] as const);
  t.strictSame([...inDocs].sort(), [...labels].sort());
});
