import t from 'tap';
import { startOf, startWith } from '../../src/tui/start.js';
import { emptyScreen } from './screen.js';

t.test('what is shown at first', (t) => {
  const usual = emptyScreen();
  t.strictSame(startWith(usual, startOf({})), usual);
  const events = startWith(usual, startOf({ view: 'events', sort: 'endpoint', filter: 'port:1' }));
  t.match(events, { view: 'events', filter: 'port:1', lists: { events: { sort: 2 } } });
  t.strictSame(startOf({ view: 'Page', sort: 'UP' }), startOf({ view: 'page', sort: 'up' }), 'case does not matter');
  t.throws(() => startOf({ view: 'list' }), { message: '--view must be one of page, listeners, events, not "list"' });
  t.throws(() => startOf({ sort: 'pod' }), { message: /^--sort must be one of original, verdict, .*, not "pod"$/ });
  t.end();
});
