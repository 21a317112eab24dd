import t from 'tap';
import { UNCODED } from '../../../src/base/coded.js';
import type { FailOn, Result } from '../../../src/snapshot/document/document.js';
import { summarize } from '../../../src/snapshot/document/summary.js';
import { type Finding, SEVERITY, type Severity, VERDICTS, type Verdict } from '../../../src/verdict/finding.js';
import { coverage } from '../../verdict/factory.js';

const finding = (verdict: Verdict, severity: Severity): Finding => ({
  ...{ verdict, severity, message: '', expected: null, sockets: [], matchedBy: null, reason: null, advice: null },
  ...{ configuration: null, causedBy: null },
  ...UNCODED,
});

const usual = (verdict: Verdict): Finding => finding(verdict, verdict === 'unexpected' ? 'warning' : SEVERITY[verdict]);
const result = (findings: Finding[], failOn: FailOn, faults = {}): Result =>
  summarize(findings, coverage(faults), failOn).result;

t.test('from which severity on a finding is drift', (t) => {
  const cases: [Severity, Record<FailOn, Result>][] = [
    ['error', { error: 'drift', warning: 'drift', info: 'drift', never: 'match' }],
    ['warning', { error: 'match', warning: 'drift', info: 'drift', never: 'match' }],
    ['info', { error: 'match', warning: 'match', info: 'drift', never: 'match' }],
    ['none', { error: 'match', warning: 'match', info: 'match', never: 'match' }],
  ];
  for (const [severity, byFailOn] of cases) {
    for (const [failOn, expected] of Object.entries(byFailOn) as [FailOn, Result][]) {
      t.equal(
        result([finding('ok', 'none'), finding('unexpected', severity)], failOn),
        expected,
        `${severity}, ${failOn}`,
      );
    }
  }
  t.equal(result([], 'info'), 'match');
  t.end();
});

t.test('what was not seen makes the answer incomplete, but takes nothing from drift that was', (t) => {
  for (const failOn of ['error', 'warning', 'info', 'never'] as const) {
    t.equal(result([usual('ok'), usual('unverified')], failOn), 'incomplete', failOn);
    for (const status of ['partial', 'failed'])
      t.equal(result([usual('ok')], failOn, { unix: status }), 'incomplete', status);
  }
  t.equal(result([usual('unverified'), usual('missing')], 'warning'), 'drift', 'however incomplete the rest');
  t.equal(result([usual('exposed')], 'error', { tcp: 'failed', udp: 'failed' }), 'drift');
  t.equal(result([usual('missing')], 'never', { owners: 'partial' }), 'incomplete');
  t.end();
});

t.test('every verdict is counted, those that did not occur as 0', (t) => {
  const { verdicts, failOn } = summarize([...VERDICTS.map(usual), usual('ok'), usual('ok')], coverage(), 'info');
  t.strictSame(verdicts, { ...Object.fromEntries(VERDICTS.map((verdict) => [verdict, 1])), ok: 3 });
  t.equal(failOn, 'info');
  t.strictSame(
    Object.values(summarize([], coverage(), 'info').verdicts),
    VERDICTS.map(() => 0),
  );
  t.end();
});
