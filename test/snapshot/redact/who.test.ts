import t from 'tap';
import { redactWho } from '../../../src/snapshot/redact/who.js';
import type { Answer, WhoDocument } from '../../../src/snapshot/who/document.js';
import type { Holder } from '../../../src/verdict/text/event.js';
import { validator } from '../../package_schema.js';
import { addressOwner, coverage, device, processOwner } from '../../verdict/factory.js';

const KEY = 'a key of at least 16 bytes';

const holder = (place: string, changes: Partial<Holder> = {}): Holder => ({
  ...addressOwner('listener', place, [
    processOwner('secretd', { exe: '/opt/secret/secretd', cgroup: '/secret.slice' }),
  ]),
  socket: 'tcp:1',
  netns: '4026531840',
  uid: 4242,
  user: 'secretuser',
  since: '2026-01-31T12:00:00.000Z',
  ...changes,
});

const answer = (what: string, holders: readonly Holder[], changes: Partial<Answer>): Answer => ({
  ...{ what, protocol: 'tcp', address: null, port: null, path: null, abstract: null },
  ...{ result: 'held', complete: false, omitted: 3, ephemeral: { from: 1, to: 2 }, findings: [], notes: [], holders },
  unknown: [{ code: 'socket-file-unread', params: { path: '/run/secret.sock' } }],
  ...changes,
});

const document: WhoDocument = {
  schemaVersion: 1,
  generator: { name: 'k8s-sockwatch', version: '1.2.3' },
  capturedAt: '2026-01-31T12:00:00.000Z',
  node: { hostname: 'secrethost', netns: '4026531840', role: 'worker', defaultAddresses: ['192.0.2.77'] },
  answers: [
    answer('192.0.2.77:80', [holder('192.0.2.77:80'), holder('[2001:db8::77%secret0]:80')], {
      address: '192.0.2.77',
      port: 80,
    }),
    answer('8472/udp', [holder('0.0.0.0:8472', { kind: 'kernel', owners: [device('secret0')] })], {
      protocol: 'udp',
      port: 8472,
    }),
    answer('/run/secret.sock', [holder('/run/secret.sock')], { protocol: 'unix', path: '/run/secret.sock' }),
    answer('@secretname', [holder('@secretname')], { protocol: 'unix', abstract: 'secretname' }),
  ],
  sockets: [],
  coverage: coverage(),
};

t.test('nothing that identifies the node is left of what who gives', (t) => {
  const redacted = redactWho(document, { key: KEY });
  t.strictSame(validator('snapshot/who/who.schema.json')(redacted), []);
  t.notMatch(JSON.stringify(redacted), /secret|192\.0\.2\.77|2001:db8::77|4242/);
  const [tcp, udp, path, name] = redacted.answers;
  t.match(tcp, { what: `${tcp?.address}:80`, port: 80, omitted: 3 });
  t.equal(tcp?.holders[0]?.place, tcp?.what, 'the same address has the same pseudonym');
  t.match(tcp?.holders[1]?.place, /^\[[0-9a-f:]+%.+\]:80$/);
  t.match(udp, { what: '8472/udp', holders: [{ place: '0.0.0.0:8472', kind: 'kernel' }] });
  t.match(path, { what: path?.path, holders: [{ place: path?.path }], unknown: [{ params: { path: path?.path } }] });
  t.match(name, { what: `@${name?.abstract}`, holders: [{ place: `@${name?.abstract}` }] });
  t.strictSame(redactWho(document, { key: KEY }), redacted);
  t.throws(() => redactWho(document, { key: 'short' }), { code: 'ERR_USAGE' });
  t.end();
});
