import { readFileSync } from 'node:fs';
import t from 'tap';
import { parseNotes, readNotes } from '../../src/spec/notes_file.js';
import { failure, fixture, laterFailure } from './helpers.js';

function parse(text: string) {
  return parseNotes('n.yaml', Buffer.from(text));
}

t.test('all fields', async (t) => {
  const file = fixture('notes/site.yaml');
  t.strictSame(await readNotes(file), {
    sources: [file],
    services: new Map([
      [
        'node_exporter',
        {
          names: ['prometheus-node-exporter'],
          units: ['node_exporter.service', 'prometheus-node-exporter.service'],
          pods: false,
          devices: [],
        },
      ],
      ['cilium-agent', { names: [], units: [], pods: false, devices: ['cilium_*'] }],
    ]),
    sharedUnits: [],
    rows: [
      {
        match: { service: 'etcd', port: 2379, protocol: 'tcp', path: null },
        roles: ['control-plane'],
        serviceByRole: { 'control-plane': 'etcd', worker: 'etcd-proxy' },
        condition: 'when the datastore is etcd',
        decidedBy: null,
        paths: [],
        hardening: 'This site binds it to one address.',
        hardeningRoles: null,
        replacedBy: [],
        cluster: 'every-control-plane',
        claims: { tls: true, 'no-anonymous': '/pods', healthy: false },
        noClaims: 'Said by the site, too.',
        reason: 'Said by the site.',
      },
      {
        match: { service: null, port: null, protocol: null, path: '/run/containerd/containerd.sock' },
        roles: null,
        serviceByRole: {},
        condition: null,
        decidedBy: null,
        paths: ['/srv/**/containerd.sock'],
        hardening: null,
        hardeningRoles: null,
        replacedBy: [],
        cluster: null,
        claims: {},
        noClaims: null,
        reason: 'Moved.',
      },
    ],
    listeners: [
      {
        owners: ['node_exporter'],
        devices: ['wg*'],
        scope: 'any',
        addresses: ['192.0.2.7', '2001:db8::1'],
        protocols: ['tcp', 'udp'],
        ports: [
          { from: 9100, to: 9100 },
          { from: 30000, to: 32767 },
        ],
        reason: 'Metrics.',
      },
      {
        owners: [],
        devices: ['wg0'],
        scope: 'loopback',
        addresses: [],
        protocols: ['udp'],
        ports: [],
        reason: 'Any port.',
      },
    ],
  });
  t.match((await laterFailure(() => readNotes(`${file}x`))).message, /cannot be read: no such file or directory/);
});

t.test('minimal notes', async (t) => {
  t.strictSame(parse('version: 1\n'), {
    sources: ['n.yaml'],
    services: new Map(),
    sharedUnits: [],
    rows: [],
    listeners: [],
  });
  t.strictSame([...parse('version: 1\nservices: { __proto__: { names: [x] } }\n').services.keys()], ['__proto__']);
});

const LISTENER = 'version: 1\nlisteners:\n  - owners: [a]\n    scope: any\n    protocols: [tcp]\n    reason: r\n';
const ROW = 'version: 1\nrows:\n  - match: { service: a }\n    reason: r\n    condition: c\n';

t.test('an unknown key is reported with the allowed ones and a suggestion', async (t) => {
  const cases: [string, string, string | null][] = [
    [
      'version: 1\nservice: {}\n',
      '2: expected one of the keys services, version, rows, listeners, shared_units, found the key "service"',
      'services',
    ],
    [
      'version: 1\nservices:\n  a:\n    unit: [a.service]\n',
      '4: expected one of the keys units, pods, names, devices, found the key "unit"',
      'units',
    ],
    [
      ROW.replace('service: a', 'servcie: a'),
      '3: expected one of the keys service, port, protocol, path, found the key "servcie"',
      'service',
    ],
    [
      `${ROW}    resaon: x\n`,
      '6: expected one of the keys reason, roles, match, paths, cluster, claims, condition, hardening, replaced_by, no_claims, decided_by, service_by_role, hardening_roles, found the key "resaon"',
      'reason',
    ],
    [
      ROW.replace('reason', 'resaon'),
      '4: expected one of the keys reason, roles, match, paths, cluster, claims, condition, hardening, replaced_by, no_claims, decided_by, service_by_role, hardening_roles, found the key "resaon"',
      'reason',
    ],
    [
      `${ROW}    service_by_role:\n      master: b\n`,
      '7: expected one of the keys worker, control-plane, found the key "master"',
      null,
    ],
    [
      `${LISTENER}    "\\e[2Jx": 1\n`,
      '7: expected one of the keys scope, ports, owners, reason, devices, addresses, protocols, found the key "\\x1b[2Jx"',
      null,
    ],
    ['version: 1\nservices:\n  a b:\n    names: [x]\n', '3: expected a key without spaces, found the key "a b"', null],
  ];
  for (const [text, message, meant] of cases) {
    const error = failure(() => parse(text));
    t.equal(error.message, `n.yaml:${message}`);
    t.equal(error.hint, meant === null ? null : `Did you mean "${meant}"?`);
  }
  t.match(
    failure(() => parse('rows:\n  - service: kubelet\n')),
    {
      message: /^n.yaml:2: expected one of the keys match, roles, .*, reason, found another key$/,
      hint: /^Notes begin with "version: 1"/,
    },
    'one of a file that may be no notes is not quoted',
  );
});

t.test('invalid values', async (t) => {
  const version = '1, the version of this format';
  const port = 'a port from 1 to 65535 or a range of them, such as 30000-32767';
  const listenerPort = (ports: string): string => `${LISTENER}    ports: [80, ${ports}]\n`;
  const cases: [string, string][] = [
    ['', '1: expected notes that start with "version: 1", found an empty file'],
    ['# only this\n', '1: expected notes that start with "version: 1", found an empty file'],
    ['- a\n', '1: expected a map, found a list'],
    ['services: {}\n', '1: expected the key version, found none'],
    ['version: 2\n', `1: expected ${version}, found 2`],
    ['version: "1"\n', `1: expected ${version}, found "1"`],
    ['version: 1\nrows:\n', '2: expected a list, found nothing'],
    ['version: 1\nservices: [a]\n', '2: expected a map, found a list'],
    ['version: 1\nservices:\n  a: {}\n', '3: expected one of the keys names, units, pods, devices, found none'],
    ['version: 1\nservices:\n  a:\n    names: x\n', '4: expected a list, found "x"'],
    ['version: 1\nservices:\n  a:\n    names: []\n', '4: expected at least one entry, found an empty list'],
    [
      'version: 1\nservices:\n  a:\n    names:\n      - b\n      - c d\n',
      '6: expected a name without spaces, found "c d"',
    ],
    ['version: 1\nservices:\n  a:\n    names: [1]\n', '4: expected a name without spaces, found 1'],
    [
      'version: 1\nservices:\n  a: {units: [kubelet]}\n',
      '3: expected a systemd unit with its suffix, such as snap.k8s.kubelet.service, found "kubelet"',
    ],
    [ROW.replace('{ service: a }', '{}'), '3: expected one of the keys service, port, protocol, path, found none'],
    [ROW.replace('service: a', 'port: "80"'), '3: expected a port from 1 to 65535, found "80"'],
    [ROW.replace('service: a', 'port: 70000'), '3: expected a port from 1 to 65535, found 70000'],
    [ROW.replace('service: a', 'protocol: TCP'), '3: expected tcp or udp, found "TCP"'],
    [ROW.replace('service: a', 'path: x'), '3: expected an absolute path, found "x"'],
    [
      ROW.replace('    condition: c\n', ''),
      '3: expected one of the keys roles, service_by_role, condition, decided_by, paths, hardening, hardening_roles, replaced_by, cluster, claims, no_claims, found none',
    ],
    [ROW.replace('    reason: r\n', ''), '3: expected the key reason, found none'],
    [ROW.replace('condition: c', 'condition: " "'), '5: expected some words, found ""'],
    [ROW.replace('condition: c', 'roles: [worker, worker]'), '5: expected every entry once, found one twice'],
    [ROW.replace('condition: c', 'roles: [master]'), '5: expected control-plane or worker, found "master"'],
    [
      ROW.replace('condition: c', 'claims: {}'),
      '5: expected one of the keys tls, client-certificate, no-anonymous, authorised, healthy, found none',
    ],
    [
      ROW.replace('condition: c', 'claims: { tls: /x }'),
      '5: expected true or false: the listener speaks TLS, found "/x"',
    ],
    [
      ROW.replace('condition: c', 'claims: { authorised: metrics }'),
      '5: expected true, false or a path, found "metrics"',
    ],
    [
      ROW.replace('condition: c', 'claims: { no-anonymous: "/a b" }'),
      '5: expected true, false or a path, found "/a b"',
    ],
    [
      ROW.replace('condition: c', 'claims: { healthy: true }'),
      '5: expected the path at which it answers 200 while it is healthy, false, or connect where a connection is all that can be asked, found true',
    ],
    [ROW.replace('condition: c', 'no_claims: ""'), '5: expected some words, found ""'],
    [LISTENER.replace('owners: [a]', 'ports: [1]'), '3: expected one of the keys owners, devices, found none'],
    [LISTENER.replace('any', 'host'), '4: expected loopback or any, found "host"'],
    [listenerPort('0'), `7: expected ${port}, found 0`],
    [listenerPort('65536'), `7: expected ${port}, found 65536`],
    [listenerPort('1.5'), `7: expected ${port}, found 1.5`],
    [listenerPort('"80"'), `7: expected ${port}, found "80"`],
    [listenerPort('true'), `7: expected ${port}, found true`],
    [listenerPort('{a: 1}'), `7: expected ${port}, found a map`],
    [listenerPort('\n      90-80'), '8: expected an ascending range up to 65535, found "90-80"'],
    [listenerPort('80-65536'), '7: expected an ascending range up to 65535, found "80-65536"'],
    [
      `${LISTENER}    addresses: [127.0.0.53, localhost]\n`,
      '7: expected an address, such as 127.0.0.53, found "localhost"',
    ],
    [`${LISTENER}    addresses: [10.0.0.0/8]\n`, '7: expected an address, such as 127.0.0.53, found "10.0.0.0/8"'],
  ];
  for (const [text, message] of cases) t.equal(failure(() => parse(text)).message, `n.yaml:${message}`, text);
});

t.test('the schema allows no other properties and describes all', async (t) => {
  const text = readFileSync(new URL('../../../src/spec/notes.schema.json', import.meta.url), 'utf8');
  const schema: unknown = JSON.parse(text);
  t.match(schema, {
    $id: 'https://k8s-sockwatch.invalid/schema/notes-1.json',
    $schema: 'https://json-schema.org/draft/2020-12/schema',
  });
  const visit = (node: unknown, path: string): void => {
    if (typeof node !== 'object' || node === null) return;
    const entries = new Map<string, unknown>(Object.entries(node));
    if (entries.get('type') === 'object') t.ok(entries.has('additionalProperties'), path);
    const properties = entries.get('properties');
    if (typeof properties === 'object' && properties !== null) {
      for (const [key, property] of Object.entries(properties)) {
        const known = typeof property === 'object' && property !== null && 'description' in property;
        t.ok(known, `${path}/${key} is described`);
      }
    }
    for (const [key, value] of entries) visit(value, `${path}/${key}`);
  };
  visit(schema, '');
});
