import t from 'tap';
import { held } from '../verdict/factory.js';
import { NOW, nodeWith, press, SOCKETS, screenText, screenWith, selectedKey, withEvents } from './screen.js';

const START = screenWith([nodeWith(SOCKETS)]);

t.test('the events of one line are without others, pinned or not', (t) => {
  const opened = (port: number) =>
    ({ event: 'opened', at: new Date(NOW).toISOString(), seenBy: 'kernel', socket: held('x', '::1', port) }) as const;
  const events = press(withEvents(START, opened(10248), opened(5)), '3');
  const pinned = press(events, 'g');
  const state = { ...pinned, pinned: new Set([selectedKey(pinned) ?? '']) };
  t.match(screenText(state), /::1]:5 /);
  const ofRow = press(state, '1 : :10248 return e');
  t.match(screenText(ofRow), /::1]:10248 /);
  t.notMatch(screenText(ofRow), /::1]:5 /);
  t.match(screenText(press(ofRow, '3')), /::1]:5 /, 'it is still pinned');
  t.end();
});
