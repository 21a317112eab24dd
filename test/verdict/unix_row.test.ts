import t from 'tap';
import type { OwnedListener } from '../../src/kernel/owners/owner.js';
import type { SocketFile } from '../../src/kernel/sockets/socket_file.js';
import { possiblePaths } from '../../src/verdict/unix_row.js';
import {
  coverage,
  held,
  ids,
  judge,
  notes,
  processOwner,
  rowNote,
  socketFile,
  unixListener,
  unixRow,
  verdictOf,
} from './factory.js';

const PATH = '/run/containerd/containerd.sock';
const MOVED = '/srv/k8s/run/containerd/containerd.sock';
const ROW = unixRow(PATH, 'containerd');
const KNOWN = notes({
  services: { containerd: { units: ['snap.k8s.containerd.service'] } },
  rows: [rowNote({ service: 'containerd', path: PATH }, { paths: ['/**/run/containerd/containerd.sock'] })],
});

const CONTAINERD = [processOwner('containerd', { unit: 'snap.k8s.containerd.service' })];
const DOCKERS = [processOwner('containerd', { unit: 'containerd.service' })];

const own = (path: string | null = PATH, changes: Partial<OwnedListener> = {}) =>
  unixListener(path, { owners: CONTAINERD, ...changes });

function look(sockets: readonly OwnedListener[], files: readonly SocketFile[], observed: object = {}) {
  return judge(ROW, { sockets, notes: KNOWN, observed: { files, ...observed } });
}

t.test('a listener is behind the path where it was bound to the very file', (t) => {
  const file = { device: 1, inode: 78 };
  const cases: [string, OwnedListener[], SocketFile[], string][] = [
    ['the file and the name agree', [own()], [socketFile(PATH)], 'ok by unit'],
    ['the name is an old one: the file was renamed', [own('/tmp/old.sock')], [socketFile(PATH)], 'ok by unit'],
    ['the name is a relative one', [own('containerd.sock')], [socketFile(PATH)], 'ok by unit'],
    ['stat shows another device than the mount', [own()], [socketFile(PATH, { device: 9 })], 'ok by unit'],
    [
      'the same inode number on another mount, as in another mount namespace',
      [own()],
      [socketFile(PATH, { mountDevice: 9 })],
      'missing',
    ],
    [
      'an old snapshot, without the mount: the name agrees',
      [own()],
      [socketFile(PATH, { device: 9, mountDevice: null })],
      'ok by unit',
    ],
    [
      'an old snapshot: another device and another name',
      [own('/tmp/x')],
      [socketFile(PATH, { device: 9, mountDevice: null })],
      'missing',
    ],
    ['inode numbers have 32 bits in the table', [own()], [socketFile(PATH, { inode: 2 ** 32 + 77 })], 'ok by unit'],
    ['stale: nobody is behind the file', [], [socketFile(PATH)], 'missing'],
    ['stale: somebody had that name and another file', [own(PATH, { file })], [socketFile(PATH)], 'missing'],
    ['no file at all', [], [socketFile(PATH, { state: 'absent', device: null, inode: null })], 'missing'],
    [
      'a file that is no socket',
      [own()],
      [socketFile(PATH, { state: 'not-a-socket', device: null, inode: null })],
      'missing',
    ],
    ['nobody looked at the path', [own()], [], 'unverified'],
    [
      'a datagram socket does not accept',
      [own(PATH, { state: 'UNCONN', type: 'dgram' })],
      [socketFile(PATH)],
      'missing',
    ],
    ['seqpacket does', [own(PATH, { type: 'seqpacket' })], [socketFile(PATH)], 'ok by unit'],
    ['an abstract name is no path', [own(null, { abstract: PATH, file: null })], [socketFile(PATH)], 'missing'],
    [
      'TCP is no unix socket',
      [held('containerd', '127.0.0.1', 1, { owners: CONTAINERD })],
      [socketFile(PATH)],
      'missing',
    ],
  ];
  for (const [name, sockets, files, verdict] of cases) t.equal(verdictOf(look(sockets, files)), verdict, name);
  t.end();
});

t.test('why nobody answers', (t) => {
  const gone = socketFile(PATH, { state: 'absent', device: null, inode: null });
  const stale = look([], [socketFile(PATH)]);
  t.match(stale, {
    severity: 'error',
    sockets: [],
    code: 'stale-socket-file',
  });
  t.match(look([], [gone]), {
    code: 'no-socket-file',
  });
  const orphan = own();
  t.match(look([orphan], [gone]), { code: 'socket-file-replaced', params: { orphans: [orphan.id] } });
  const file = socketFile(PATH, { state: 'not-a-socket', device: null, inode: null });
  t.match(look([own()], [file]), { code: 'not-a-socket' });
  t.end();
});

t.test('where the file may not be looked at, the name is what is left', (t) => {
  const closed = socketFile(PATH, { state: 'unreadable', device: null, inode: null });
  t.equal(verdictOf(look([own()], [closed])), 'ok by unit');
  t.equal(look([unixListener(PATH)], [closed]).verdict, 'unverified');
  // A listener whose name does not agree may be behind it all the same, through a link or a rename.
  const nobody = look([own('/tmp/old.sock')], [closed]);
  t.match(nobody, { verdict: 'unverified', severity: 'unknown' });
  t.equal(look([], [closed]).verdict, 'unverified', 'and one that was never looked at is not said to be missing');
  t.end();
});

t.test('where nobody looked at the file, a name proves only who is wrong', (t) => {
  const gone = look([own()], []);
  t.match(gone, { verdict: 'unverified', code: 'file-unchecked', params: { path: null } });
  t.match(look([], []), { verdict: 'unverified', code: 'no-listener-file-unchecked' });
  const docker = own(PATH, { owners: DOCKERS });
  t.equal(look([docker], []).verdict, 'wrong-owner');
  const both = [docker, own()];
  t.match(look(both, []), { code: 'several-named', params: { own: [both[1]?.id], foreign: [docker.id] } });
  t.equal(look([own(MOVED)], []).verdict, 'unverified', 'nor is one that a note allows looked at');
  t.end();
});

t.test('from /proc/net, which tells no file: the name, and a file that is there', (t) => {
  const named = own(PATH, { file: null });
  t.equal(verdictOf(look([named], [socketFile(PATH)])), 'ok by unit');
  t.equal(look([named], [socketFile(PATH, { state: 'absent', device: null, inode: null })]).verdict, 'missing');
  const other = own(PATH, { file: null, owners: DOCKERS });
  t.equal(look([other], [socketFile(PATH)]).verdict, 'wrong-owner');
  const both = look([named, other], [socketFile(PATH)]);
  t.match(both, { verdict: 'unverified', code: 'several-named' }, 'anybody can have the name in a mount namespace');
  const unseen = own(PATH, { file: null, owners: [], ownersUnknown: 'no-inode' });
  t.match(look([named, unseen], [socketFile(PATH)]), { verdict: 'unverified', code: 'owner-unseen' });
  t.equal(look([other, unseen], [socketFile(PATH)]).code, 'several-named');
  const escaped = own(PATH, { file: null, pathRaw: 'AA==' });
  t.equal(look([escaped], [socketFile(PATH)]).verdict, 'missing', 'a name of other bytes only looks like it');
  t.end();
});

t.test('held by somebody else', (t) => {
  const files = [socketFile(PATH)];
  const docker = own(PATH, { owners: DOCKERS });
  const replaced = look([docker], files);
  t.match(replaced, { verdict: 'wrong-owner', severity: 'error', sockets: [docker.id], matchedBy: null });
  t.match(replaced, { code: 'not-its-unit', params: { foreign: [docker.id], path: null } });
  const foreign = look([own(PATH, { owners: [processOwner('crio')] })], files);
  t.match(foreign, { verdict: 'wrong-owner', code: 'held-by-another' });
  const unseen = look([unixListener(PATH, { ownersUnknown: 'permission' })], files);
  t.match(unseen, { verdict: 'unverified', severity: 'unknown', code: 'owner-unseen' });
  t.end();
});

t.test('moved to a path that a note allows', (t) => {
  const elsewhere = { device: 1, inode: 99 };
  const there = own(MOVED, { file: elsewhere });
  const gone = socketFile(PATH, { state: 'absent', device: null, inode: null });
  const files = [gone, socketFile(MOVED, { inode: 99 })];
  const moved = look([there], files);
  t.equal(verdictOf(moved), 'ok by unit');
  t.strictSame(moved.sockets, [there.id]);
  t.match(moved, { code: 'listens-at-noted-path', params: { service: 'containerd', path: MOVED } });
  t.match(moved.expected, { path: PATH });
  t.equal(judge(ROW, { sockets: [there], observed: { files } }).verdict, 'missing', 'without the note it is not');
  const docker = own(MOVED, { owners: DOCKERS, file: elsewhere });
  t.equal(look([docker], files).verdict, 'missing', 'another installation there says nothing of this one');
  const stranger = own(MOVED, { owners: [processOwner('k3s')], file: elsewhere });
  t.equal(look([stranger], files).verdict, 'missing', 'a stranger there is not the service that has moved');
  t.equal(look([unixListener(MOVED, { file: elsewhere })], files).verdict, 'unverified', 'an unseen one may be');
  t.equal(look([there], [gone, socketFile(MOVED, { inode: 98 })]).verdict, 'missing', 'its file must be there as well');
  const other = own('/srv/containerd.sock', { file: elsewhere });
  t.equal(
    look([other], [gone, socketFile('/srv/containerd.sock', { inode: 99 })]).verdict,
    'missing',
    'a path no note names',
  );
  const both = look([own(PATH, { owners: DOCKERS }), there], [socketFile(PATH), socketFile(MOVED, { inode: 99 })]);
  t.equal(verdictOf(both), 'ok by unit', "moved because Docker's has the path of the page");
  t.match(both, { code: 'listens-at-noted-path', params: { path: MOVED }, sockets: [there.id] });
  const open = [gone, socketFile(MOVED, { inode: 99, isProtected: false })];
  t.match(look([there], open), { verdict: 'unverified', code: 'path-not-protected', params: { path: MOVED } });
  const unseen = unixListener(MOVED, { file: elsewhere });
  t.equal(look([unseen], open).verdict, 'missing', 'where any user can put a socket, nothing is said of the service');
  t.end();
});

t.test('which paths are worth a look', (t) => {
  const patterns = ['/**/run/containerd/containerd.sock', '/var/snap/k8s/common/run/containerd.sock'];
  const sockets = [
    unixListener(MOVED),
    unixListener(MOVED),
    unixListener('/var/snap/k8s/common/run/containerd.sock'),
    unixListener('/var/snap/k8s/common/run/containerd.sock.ttrpc'),
    unixListener('/x/run/containerd/containerd.sock', { pathRaw: 'AA==' }),
    unixListener(null, { abstract: '/x/run/containerd/containerd.sock' }),
    unixListener('relative/run/containerd/containerd.sock'),
  ];
  t.strictSame(possiblePaths(ROW, patterns, sockets), [PATH, MOVED, '/var/snap/k8s/common/run/containerd.sock']);
  t.strictSame(possiblePaths(ROW, [], sockets), [PATH]);
  t.end();
});

t.test('a table that was not read completely never makes a socket missing', (t) => {
  for (const status of ['partial', 'failed'] as const) {
    const finding = look([], [socketFile(PATH)], { coverage: coverage({ unix: status }) });
    t.match(finding, { verdict: 'unverified', reason: 'the unix table was not read completely: unix is broken' });
  }
  t.equal(
    look([], [socketFile(PATH)], { coverage: coverage({ tcp: 'failed' }) }).verdict,
    'missing',
    'another table may be',
  );
  t.equal(verdictOf(look([own()], [socketFile(PATH)], { coverage: coverage({ unix: 'partial' }) })), 'ok by unit');
  t.equal(
    look([], [], { coverage: { complete: true, sources: [] } }).verdict,
    'unverified',
    'nor one that nobody read',
  );
  t.end();
});

t.test('role and condition', (t) => {
  const worker = unixRow(PATH, 'containerd', { role: 'control-plane' });
  const sockets = [own()];
  const observed = { files: [socketFile(PATH)] };
  t.equal(judge(worker, { sockets, observed, role: 'worker' }).verdict, 'not-applicable');
  t.equal(judge(worker, { role: 'unknown', observed }).verdict, 'unverified');
  const optional = unixRow(PATH, 'containerd', { condition: 'when it is wanted' });
  t.equal(judge(optional, { observed }).verdict, 'unverified');
  const elsewhere = held('containerd', '127.0.0.1', 10010);
  t.equal(judge(optional, { observed, sockets: [elsewhere] }).verdict, 'missing');
  t.strictSame(ids(sockets), [...judge(optional, { sockets, observed }).sockets]);
  t.end();
});
