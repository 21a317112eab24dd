import t from 'tap';
import { ownersParts } from '../../../src/tui/render/owner_parts.js';
import { type ProcessDetails, processKey } from '../../../src/tui/state.js';
import { held, processOwner } from '../../verdict/factory.js';

t.test('names of a process that differ from its file and its program', (t) => {
  const names = (changes: Parameters<typeof processOwner>[1]) => {
    const parts = ownersParts(held('x', '::1', 1, { owners: [processOwner('kubelet', changes)] }), 0);
    return parts.flatMap((part) => (part.kind === 'field' ? part.name : [])).filter((name) => /comm|argv/.test(name));
  };
  t.strictSame(names({}), []);
  t.strictSame(names({ argv0: '/tmp/kubelet' }), ['argv[0]']);
  t.strictSame(names({ comm: 'kube-controller', argv0: '/x/kube-controller-manager' }), ['argv[0]', 'comm']);
  t.end();
});

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
