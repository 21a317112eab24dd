import { spawnSync } from 'node:child_process';
import t from 'tap';
import { toPrometheus } from '../../src/report/prometheus.js';
import { documentOf } from '../snapshot/document/document.js';
import { capture, held, row, spec, unixRow } from '../verdict/factory.js';

/** What Prometheus' own tool says about an input; an empty text is praise. */
function promtool(argv: readonly string[], input = ''): { readonly code: number | null; readonly output: string } {
  const { status, stdout, stderr, error } = spawnSync('promtool', argv, { input, encoding: 'utf8' });
  if (error !== undefined) throw error;
  return { code: status, output: `${stdout}${stderr}` };
}

t.test('the linter of Prometheus finds nothing in the metrics', async (t) => {
  const rows = ['kubelet', 'a"b\\c\nd\u001b[31m\u202e\ud800'].map((service) => row('*:10250', service));
  const page = spec([...rows, unixRow('/run/containerd/containerd.sock', 'containerd')]);
  const document = documentOf(page, capture([held('kubelet', '127.0.0.1', 10250), held('nc', '0.0.0.0', 7000)]));
  for (const taken of [{ document, durationMs: 250 }, null]) {
    for (const eventsLost of [null, 7]) {
      const text = await toPrometheus({ capture: taken, isStuck: false, eventsLost, version: '1.2.3' });
      t.strictSame(promtool(['check', 'metrics'], text), { code: 0, output: '' });
    }
  }
  t.match(promtool(['check', 'metrics'], '# TYPE a_total gauge\na_total 1\n'), { code: 3 }, 'which it would');
});
