import t from 'tap';
import { isFault, isListening, isUnknown, NONE, STATES, stateCode, stateOf, UNSEEN } from '../../src/fleet/state.js';
import { SEVERITIES, VERDICTS } from '../../src/verdict/finding.js';

t.test('every verdict and severity has a unique code', (t) => {
  const codes = VERDICTS.flatMap((verdict) => SEVERITIES.map((severity) => stateCode(verdict, severity)));
  t.equal(new Set([...codes, NONE, UNSEEN]).size, VERDICTS.length * SEVERITIES.length + 2);
  t.ok(Math.max(...codes, NONE, UNSEEN) < 256, 'columns store a byte');
  t.equal(STATES.length, UNSEEN + 1);
  for (const verdict of VERDICTS) {
    for (const severity of SEVERITIES) {
      t.strictSame(stateOf(stateCode(verdict, severity)), { kind: 'verdict', verdict, severity });
    }
  }
  t.strictSame(
    [stateOf(NONE), stateOf(UNSEEN), stateOf(200)],
    [{ kind: 'none' }, { kind: 'unseen' }, { kind: 'unseen' }],
  );
  t.ok(stateCode('missing', 'error') < stateCode('unexpected', 'warning'), 'the worse is lower');
  t.ok(stateCode('unexpected', 'warning') < stateCode('unexpected', 'info'));
  t.end();
});

t.test('unknown, faulty and listening states', (t) => {
  t.strictSame(
    [isUnknown(UNSEEN), isUnknown(NONE), isUnknown(stateCode('unverified', 'unknown'))],
    [true, false, true],
  );
  t.notOk(isUnknown(stateCode('ok', 'none')));
  t.ok(isFault(stateCode('exposed', 'error')));
  t.ok(isFault(stateCode('unexpected', 'warning')));
  for (const code of [stateCode('unexpected', 'info'), stateCode('unverified', 'unknown'), NONE, UNSEEN]) {
    t.notOk(isFault(code));
  }
  const served = VERDICTS.filter((verdict) => isListening(stateCode(verdict, 'none')));
  t.strictSame(served, ['exposed', 'wrong-address', 'narrowed', 'configured', 'ok']);
  t.notOk(isListening(NONE));
  t.end();
});
