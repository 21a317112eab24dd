import t from 'tap';
import { ownersParts } from '../../../src/tui/render/owner_parts.js';
import { type ProcessDetails, processKey } from '../../../src/tui/state.js';
import { held, processOwner } from '../../verdict/factory.js';

t.test('user and parent of a process, where they were read', (t) => {
  const backdoor = processOwner('backdoor', { pid: 7, startedAt: '2026-01-31T11:00:00.000Z' });
  const socket = held('backdoor', '0.0.0.0', 31337, { owners: [backdoor] });
  const read = (details: ProcessDetails | null): string => {
    const processes = new Map(details === null ? [] : [[processKey(backdoor), details]]);
    return JSON.stringify(ownersParts(socket, Date.parse('2026-01-31T12:00:00.000Z'), processes));
  };
  const named = read({ uid: 0, user: 'root', parent: { pid: 1, comm: 'systemd' } });
  t.match(named, '"root   uid 0"');
  t.match(named, '"systemd   pid 1"');
  const unnamed = read({ uid: 4711, user: null, parent: null });
  t.match(unnamed, '"uid 4711"');
  t.notMatch(unnamed, 'parent');
  t.notMatch(read(null), 'user', 'not read yet, or ended');
  t.end();
});
