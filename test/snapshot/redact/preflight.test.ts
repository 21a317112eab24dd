import t from 'tap';
import { toPreflightLine, toPreflightTable } from '../../../src/report/preflight_table.js';
import type { PreflightDocument } from '../../../src/snapshot/preflight/document.js';
import { redactPreflight } from '../../../src/snapshot/redact/preflight.js';
import type { AnsweredNeed } from '../../../src/verdict/obstacle.js';
import type { Holder } from '../../../src/verdict/text/event.js';
import { validator } from '../../package_schema.js';
import { addressOwner, coverage, processOwner } from '../../verdict/factory.js';

const validate = validator('snapshot/preflight/preflight.schema.json');
const KEY = 'a key of at least 16 bytes';

/** What identifies a machine, wherever it can be. */
const PRIVATE = ['acme', '192.0.2.77'];

const holder: Holder = {
  ...addressOwner('listener', '192.0.2.77:2379', [
    processOwner('acme-db', { unit: 'acme-db.service', cgroup: '/system.slice/acme-db.service' }),
  ]),
  netns: '4026531840',
  user: 'acme',
  since: null,
};

const need: AnsweredNeed = {
  service: 'etcd',
  protocol: 'tcp',
  host: 'default',
  port: 2379,
  path: null,
  abstract: null,
  needed: 'always',
  checkedAs: 'etcd',
  configuration: { key: 'etcd-port', value: '2379', path: '/home/acme/bootstrap.yaml', line: 3 },
  state: 'held',
  holders: [holder],
  unknown: [],
};

const advice = { text: 'Stop acme.', commands: ['sudo systemctl disable --now -- acme-db.service'] };

const document: PreflightDocument = {
  schemaVersion: 1,
  generator: { name: 'k8s-sockwatch', version: '0.1.0' },
  capturedAt: '2026-11-27T12:00:00.000Z',
  node: { hostname: 'acme-1', netns: '4026531840', state: 'absent', release: null, defaultAddresses: ['192.0.2.77'] },
  plan: {
    role: 'control-plane',
    roleSource: 'assumed',
    join: false,
    config: '/home/acme/bootstrap.yaml',
    release: '1.36',
    page: 'builtin:canonical-k8s',
  },
  result: 'in-the-way',
  failOn: 'warning',
  obstacles: [
    { code: 'address-held', params: {}, severity: 'error', message: 'acme', advice, needs: [0], holders: [holder] },
    {
      code: 'tunnel-port-taken',
      params: { devices: ['acme0'], port: 8472 },
      severity: 'error',
      message: 'acme0',
      advice,
      needs: [],
      holders: [],
    },
  ],
  needs: [need],
  coverage: coverage(),
};

t.test('what may be a node in production gets no other advice than before', (t) => {
  const [obstacle] = document.obstacles;
  if (obstacle === undefined) throw new Error('there is an obstacle');
  const params = { name: 'k3s', units: ['k3s.service'], uninstaller: '/usr/local/bin/k3s-uninstall.sh' };
  const other = { ...obstacle, code: 'other-kubernetes-running', params } as const;
  const commands = (state: PreflightDocument['node']['state']) =>
    redactPreflight({ ...document, node: { ...document.node, state }, obstacles: [other] }, { key: KEY })
      .obstacles.flatMap((one) => one.advice?.commands ?? [])
      .join();
  t.match(commands('absent'), 'k3s-uninstall.sh');
  for (const state of ['running', 'unknown'] as const) t.notMatch(commands(state), /uninstall|rm -r/, state);
  t.end();
});

t.test('nothing that identifies the machine is left, and the rest stays', (t) => {
  const redacted = redactPreflight(document, { key: KEY });
  t.strictSame(validate(document), []);
  t.strictSame(validate(redacted), []);
  const texts = [JSON.stringify(redacted), ...toPreflightTable(redacted), toPreflightLine(redacted)];
  for (const secret of PRIVATE) t.notMatch(texts.join(''), secret);
  t.match(redacted, {
    result: 'in-the-way',
    redacted: { keyId: String },
    obstacles: [
      { code: 'address-held', needs: [0] },
      { code: 'tunnel-port-taken', params: { port: 8472 } },
    ],
    needs: [
      { service: 'etcd', host: 'default', port: 2379, checkedAs: 'etcd', configuration: { value: '2379', line: 3 } },
    ],
  });
  t.match(redacted.obstacles[0]?.message, /is already in use$/, 'it is rendered again');
  t.strictSame(redactPreflight(document, { key: KEY }), redacted, 'the same with the same key');
  t.throws(() => redactPreflight(document, { key: 'short' }), { code: 'ERR_USAGE' });
  t.end();
});
