import t from 'tap';
import { textField } from '../../../src/base/text.js';
import { boundProcess, boundSocket } from '../../../src/watch/changes/bound_names.js';
import { device, held, processOwner } from '../../verdict/factory.js';

t.test('long names keep their ends, whatever the bytes', (t) => {
  const path = `/${'d'.repeat(4000)}/kubelet`;
  const { exe, argv0, cgroup, comm } = boundProcess(processOwner('kubelet', { exe: path, argv0: path, cgroup: path }));
  for (const name of [exe, argv0, cgroup]) t.match(name, /^…d{240,260}\/kubelet$/);
  t.equal(comm, 'kubelet');

  const { exe: cut } = boundProcess(processOwner('x', { exe: 'ä'.repeat(300) }));
  t.match(cut, /^…ä+$/, 'no half characters');
  const invalid = boundProcess({ ...processOwner('x'), ...textField('exe', Buffer.alloc(4000, 0xff)) });
  t.ok(JSON.stringify(invalid).length < 1000);
  const short = { ...processOwner('x'), ...textField('exe', Buffer.of(0x78, 0xff)) };
  t.strictSame(boundProcess(short), short, 'short ones are kept, with their bytes');
  t.end();
});

t.test('of a socket, all its owners; the kernel has no such names', (t) => {
  const owners = [processOwner('x', { exe: 'x'.repeat(4000) }), device('wg0')];
  t.ok(JSON.stringify(boundSocket(held('x', '0.0.0.0', 1, { owners }))).length < 2000);
  t.end();
});
