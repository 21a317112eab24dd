import { readFile } from 'node:fs/promises';
import t from 'tap';
import { waitingText } from '../../src/tui/notice.js';
import { recordedUpdates } from '../../src/tui/recorded_updates.js';
import type { Update } from '../../src/tui/update.js';
import { RECORDING } from '../demo/recording.js';

/** What makes a snapshot large. */
const PADDING = ' '.repeat(9_000_000);

t.test('a large snapshot is read in steps, between which keys are answered; close ends it after one', async (t) => {
  const text = await readFile(RECORDING, 'utf8');
  const directory = t.testdir({ 'large.json': text + PADDING, 'small.json': text });
  const [large, small] = [`${directory}/large.json`, `${directory}/small.json`];
  let turns = 0;
  const count = setInterval(() => {
    turns += 1;
  }, 1);
  t.teardown(() => clearInterval(count));
  const seen: [said: string, hadTurns: boolean][] = [];
  for await (const update of (await recordedUpdates(large)).updates()) {
    seen.push([said(update), turns > 0]);
    turns = 0;
  }
  const steps = ['decoding, step 1 of 4', 'counting, step 2 of 4', 'parsing, step 3 of 4', 'checking, step 4 of 4'];
  const lines = steps.map((step) => `reading ${large}, 9 MB: ${step}; q quits`);
  t.strictSame(
    seen,
    [...lines, 'snapshot'].map((line) => [line, true]),
  );

  const closed = await recordedUpdates(large);
  const before: string[] = [];
  for await (const update of closed.updates()) {
    before.push(said(update));
    if (before.length === 2) closed.close();
  }
  t.strictSame(before, lines.slice(0, 2));

  const once: string[] = [];
  for await (const update of (await recordedUpdates(small)).updates()) once.push(said(update));
  t.strictSame(once, ['snapshot']);
});

function said(update: Update): string {
  return update.kind === 'source' ? waitingText(update.source) : update.kind;
}
