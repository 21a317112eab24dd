import { type ConditionEvidence, NO_NOTES } from '../../../src/spec/notes.js';
import type { NodeFacts } from '../../../src/verdict/capture.js';
import type { Finding } from '../../../src/verdict/finding.js';
import { held, judge, NODE, notes, row, rowNote, setting, unit } from '../factory.js';

const KUBELET = row('localhost:10248', 'kubelet');
const ETCD = row('default:2379', 'etcd');
const CONDITIONAL = row('localhost:10256', 'kube-proxy', { condition: 'eBPF is off' });
const ONCE = notes({ rows: [rowNote({}, { condition: 'on one node', cluster: 'exactly-one' })] });
const DECIDED = (decidedBy: ConditionEvidence) => ({ notes: notes({ rows: [rowNote({}, { decidedBy })] }) });
const on = (facts: Partial<NodeFacts>) => ({ observed: { node: { ...NODE, ...facts } } });
const HEALTHZ = 'in line 7 of /var/snap/k8s/common/args/kubelet';

const owned = (name: string): string => `${name} (pid 812, /snap/k8s/1/bin/${name})`;
const NOTHING = 'nothing is listening on';

/** What is said of the configuration of a node, and of services that do not run. */
export const CONFIGURATION_CASES: readonly (readonly [finding: Finding, text: string])[] = [
  [
    judge(KUBELET, {
      sockets: [held('kubelet', '127.0.0.1', 10999)],
      notes: { ...NO_NOTES, sources: ['x'] },
      ...on({ configuration: [setting('kubelet', '--healthz-port', '10999')] }),
    }),
    `${owned('kubelet')} is listening on 127.0.0.1:10999 instead of localhost:10248/tcp|because of --healthz-port=10999 ${HEALTHZ}`,
  ],
  [
    judge(KUBELET, {
      sockets: [held('kubelet', '0.0.0.0', 10248)],
      ...on({ configuration: [setting('kubelet', '--healthz-bind-address', '0.0.0.0')] }),
    }),
    `${owned('kubelet')} is listening on 0.0.0.0:10248, which is wider than localhost:10248/tcp in the page|because of --healthz-bind-address=0.0.0.0 ${HEALTHZ}`,
  ],
  [
    judge(KUBELET, {
      sockets: [held('kubelet', '0.0.0.0', 10248)],
      ...on({
        configuration: [
          setting('kubelet', '--healthz-bind-address', '127.0.0.1', { inEffect: false, running: '0.0.0.0' }),
        ],
      }),
    }),
    `${owned('kubelet')} is listening on 0.0.0.0:10248, which is wider than localhost:10248/tcp in the page|--healthz-bind-address=127.0.0.1 ${HEALTHZ}, but the process still runs with 0.0.0.0: a restart is pending`,
  ],
  [
    judge(CONDITIONAL, { notes: ONCE }),
    `${NOTHING} localhost:10256/tcp|the row is conditional ("on one node"), and kube-proxy holds no socket on this node`,
  ],
  [
    judge(CONDITIONAL, { ...DECIDED('unit'), ...on({ services: [unit('kube-proxy', { enabled: false })] }) }),
    `${NOTHING} localhost:10256/tcp|snap.k8s.kube-proxy.service is not enabled on this node`,
  ],
  [
    judge(row('*:4244', 'cilium-agent'), { ...DECIDED('network-feature'), ...on({ networkFeature: 'off' }) }),
    `${NOTHING} *:4244/tcp|the network feature is off: another network plugin takes the place of Cilium`,
  ],
  [
    judge(ETCD, {
      ...DECIDED('datastore'),
      ...on({ configuration: [setting('kube-apiserver', '--etcd-servers', 'https://198.51.100.9:2379')] }),
    }),
    `${NOTHING} default:2379/tcp|the datastore of this node is not etcd but https://198.51.100.9:2379 (--etcd-servers of kube-apiserver)`,
  ],
  [
    judge(KUBELET, on({ services: [unit('kubelet', { pids: [], comm: null })] })),
    `${NOTHING} localhost:10248/tcp; kubelet should be|snap.k8s.kubelet.service has no process`,
  ],
  [
    judge(KUBELET, on({ services: [unit('kubelet', { comm: 'bash' })] })),
    `${NOTHING} localhost:10248/tcp|kubelet has not started yet: snap.k8s.kubelet.service still runs its start script`,
  ],
  [
    judge(KUBELET, { observed: { bound: [held('kubelet', '127.0.0.1', 10248)] } }),
    `${NOTHING} localhost:10248/tcp|${owned('kubelet')} has the port bound, but does not listen: it accepts no connection`,
  ],
  [
    judge(KUBELET, { sockets: [held('kubelet', '0.0.0.0', 10250)] }),
    `${NOTHING} localhost:10248/tcp; kubelet should be|it runs: ${owned('kubelet')} is listening on 0.0.0.0:10250`,
  ],
];
