import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { toPrometheus } from '../../src/report/prometheus.js';
import { ROOT } from '../native/toolchain.js';
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

t.test('each alert fires, not before its time, and resolves', (t) => {
  const rules = join(ROOT, 'packaging/prometheus/rules.yaml');
  t.match(promtool(['check', 'rules', '--lint-fatal', rules]), { code: 0, output: /SUCCESS: 8 rules found/ });
  t.match(promtool(['test', 'rules', join(ROOT, 'test/packaging/rules_test.yaml')]), { code: 0, output: /SUCCESS/ });
  t.end();
});

t.test('the alert on what node-problem-detector reports', (t) => {
  const [rules, plugin] = ['node-problem-detector-rules.yaml', 'node-problem-detector.json'].map((name) =>
    join(ROOT, 'examples', name),
  );
  t.match(promtool(['check', 'rules', '--lint-fatal', rules ?? '']), { code: 0 });
  const { conditions, rules: problems } = JSON.parse(readFileSync(plugin ?? '', 'utf8')) as {
    readonly conditions: readonly { readonly type: string }[];
    readonly rules: readonly { readonly reason: string }[];
  };
  const labels = `type="${conditions[0]?.type}", reason="${problems[0]?.reason}"`;
  t.match(readFileSync(rules ?? '', 'utf8'), `problem_gauge{${labels}} == 1`, 'names what the plugin reports');
  t.end();
});
