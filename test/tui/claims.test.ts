import t from 'tap';
import type { State } from '../../src/tui/state.js';
import { withClaims } from '../../src/tui/update.js';
import type { Claim } from '../../src/verdict/claim.js';
import { effectOf, linesOf, nodeWith, press, SOCKETS, screenText, screenWith } from './screen.js';

const START = screenWith([nodeWith(SOCKETS)]);
/** The last line above the footer. */
const message = (state: State): string | undefined => linesOf(state).at(-1);

t.test('a asks what the page claims; the details have the answers', (t) => {
  t.strictSame(effectOf(START, 'a'), { kind: 'ask' });
  const recording = { ...START, source: { kind: 'recording', file: 'x' } } as const;
  t.equal(effectOf(recording, 'a'), null);
  t.match(message(press(recording, 'a')), 'a recording cannot be probed');
  const row = START.data.document?.findings.find(({ expected }) => expected?.port === 10250)?.expected;
  if (row == null) throw new Error('there is the row');
  const claim = (text: string, result: Claim['result'], severity: Claim['severity']): Claim => ({
    ...{ row, claim: 'tls', endpoint: '127.0.0.1:10250', certificate: null, message: text },
    ...{ result, severity, evidence: { code: 'not-tls', params: {} } },
  });
  const holds = claim('it speaks TLS', 'holds', 'none');
  const ask = (...claims: Claim[]) => withClaims(START, claims);
  t.match(message(ask(holds, holds)), /^all 2 claims of the page hold/);
  t.match(message(ask()), /^nothing to probe/);
  t.match(message(ask(holds, claim('x', 'unverified', 'unknown'))), /^1 of 2 claims of the page are unverified/);
  const broken = ask(holds, claim('it speaks no TLS', 'broken', 'error'));
  t.match(message(broken), /^1 of 2 claims of the page are broken/);
  const details = screenText(press(broken, ': :10250 return return'));
  t.match(
    details,
    /Claims of the page, probed 2026-01-31 12:00:10 UTC\nholds +tls: it speaks TLS\nbroken +tls: it speaks no/,
  );
  t.notMatch(screenText(press(broken, ': :10248 return return')), /Claims of the page/);
  t.end();
});
