import type { Transport } from '../../kernel/sockets/listener.js';
import { type BootstrapConfig, READ_ONLY_PORT } from '../../node/bootstrap.js';
import { type Setting, valueInEffect } from '../../node/setting.js';
import { minorRelease } from '../../spec/builtin.js';
import type { NetworkRow, Role, Row } from '../../spec/rows.js';
import type { Spec } from '../../spec/spec.js';
import { type AppliedRow, applyNotes, reasonNotApplicable } from '../../verdict/applied_row.js';
import type { Need, NeedConfiguration } from '../../verdict/obstacle.js';
import { isTurnedOff, movedRow, settingsOfRow } from '../../verdict/row_settings.js';

/** What the addresses of a future node depend on. */
export interface Plan {
  readonly spec: Spec;
  readonly role: Role;
  /** It joins a cluster instead of making one. */
  readonly join: boolean;
  readonly config: BootstrapConfig;
}

/** Every address that the node will need, or that bootstrap or join-cluster checks. Pure. */
export function neededAddresses(plan: Plan): Need[] {
  const { spec, role, config } = plan;
  const needs = spec.rows.flatMap((row): Need[] => {
    const applied = applyNotes(row, spec.notes, role);
    if (reasonNotApplicable(applied, role) !== null) return [];
    const needed = howNeeded(applied, plan);
    const settings = settingsOfRow(row, applied.service, config.settings);
    if (needed === 'no' || isTurnedOff(settings)) return [];
    const moved = movedBy(row, config, settings.place);
    return [needOf(moved, applied.service, needed, configurationOf(row, config, settings.place))];
  });
  return withChecks([...needs, ...unlistedNeeds(plan)], checkedPorts(plan));
}

function howNeeded({ decidedBy, service, cluster }: AppliedRow, { config, join, role }: Plan): Need['needed'] {
  const isElsewhere = cluster === 'exactly-one' && (join || role === 'worker');
  switch (decidedBy) {
    case 'network-feature':
      return config.hasNetwork ? (isElsewhere ? 'maybe' : 'always') : 'no';
    case 'unit':
      // kube-proxy, which Cilium replaces.
      return config.hasNetwork ? 'no' : 'always';
    case 'datastore':
      return service === config.datastore ? 'always' : 'no';
    case null:
      return 'always';
  }
}

/** The tunnel's port is an annotation of the cluster, and no setting of a service. */
function movedBy(row: Row, { tunnelPort }: BootstrapConfig, place: Setting | null): Row {
  return isTunnel(row) ? { ...row, port: tunnelPort } : movedRow(row, { place, address: null });
}

function isTunnel(row: Row): row is NetworkRow {
  return row.kind === 'network' && row.protocol === 'udp' && row.port === TUNNEL_PORT;
}

const TUNNEL_PORT = 8472;

function configurationOf(
  row: Row,
  { tunnelPort, file, settings }: BootstrapConfig,
  place: Setting | null,
): NeedConfiguration | null {
  if (isTunnel(row) && tunnelPort !== row.port) {
    return { key: 'k8sd/v1alpha1/cilium/tunnel-port', value: String(tunnelPort), path: file, line: null };
  }
  const configured = settings.find((one) => one === place);
  return configured === undefined ? null : { ...settingOf(configured), key: configured.key, value: configured.given };
}

/** What moves an address. Pure. */
export function settingOf(setting: Setting): NeedConfiguration {
  const { flag, source } = setting;
  return { key: flag, value: valueInEffect(setting), path: source.path, line: source.line };
}

/** Pure. */
export function needOf(
  row: Row,
  service: string,
  needed: Need['needed'],
  configuration: NeedConfiguration | null,
): Need {
  const common = { service, abstract: null, needed, checkedAs: null, configuration };
  return row.kind === 'unix'
    ? { ...common, protocol: 'unix', host: null, port: null, path: row.path }
    : { ...common, protocol: row.protocol, host: row.hostText, port: row.port, path: null };
}

/** What the page leaves out. */
function unlistedNeeds({ spec, config }: Plan): Need[] {
  const { hasNetwork, hasLoadBalancer, hasEnvoy, readOnlyPort } = config;
  const minor = Number(minorRelease(spec.release)?.split('.')[1] ?? Number.POSITIVE_INFINITY);
  // MetalLB 0.16 (1.36) moved its metrics, and has a port for health.
  const health = [row('speaker', '*', 9120), row('speaker', 'localhost', 17_472)];
  const speaker = minor >= 36 ? health : [row('speaker', 'default', 7472)];
  const members = (['tcp', 'udp'] as const).map((protocol) => row('speaker', 'default', 7946, protocol));
  const always = [
    ...(readOnlyPort === null || readOnlyPort === 0 ? [] : [row('kubelet', '*', readOnlyPort)]),
    ...(hasNetwork && hasLoadBalancer ? [...speaker, ...members] : []),
  ];
  const maybe = hasNetwork && hasEnvoy ? [row('cilium-envoy', '*', 9964)] : [];
  return [
    ...always.map((one) => needOf(one, one.service, 'always', null)),
    ...maybe.map((one) => needOf(one, one.service, 'maybe', null)),
    { ...needOf(row('k8sd', '*', 0), 'k8sd', 'always', null), ...K8SD_DATABASE },
  ];
}

const K8SD_DATABASE = { protocol: 'unix', host: null, port: null, abstract: 'snap.k8s.k8sd' } as const;

function row(
  service: string,
  hostText: 'localhost' | 'default' | '*',
  port: number,
  protocol: Transport = 'tcp',
): NetworkRow {
  const kind = hostText === '*' ? 'any' : hostText;
  return {
    kind: 'network',
    service,
    role: null,
    description: '',
    condition: null,
    line: 0,
    claims: [],
    host: { kind },
    hostText,
    port,
    protocol,
  };
}

interface CheckedPort {
  /** As in the message of bootstrap. */
  readonly name: string;
  readonly service: string;
  readonly port: number;
}

/** The ports that bootstrap and join-cluster try to listen on, all of TCP and on all addresses (PreInitChecks() of k8sd). */
export function checkedPorts({ role, config }: Pick<Plan, 'role' | 'config'>): CheckedPort[] {
  const { settings, securePort, readOnlyPort, datastore } = config;
  const check = (name: string, service: string, pagePort: number): CheckedPort[] => {
    const place = settingsOfRow(row(service, '*', pagePort), service, settings);
    const moved = movedRow(row(service, '*', pagePort), place);
    return isTurnedOff(place) || moved.kind === 'unix' ? [] : [{ name, service, port: moved.port }];
  };
  const fixed = (name: string, service: string, port: number): CheckedPort[] =>
    port === 0 ? [] : [{ name, service, port }];
  const everywhere = [
    ...check('kubelet', 'kubelet', 10_250),
    ...check('kubelet-healthz', 'kubelet', 10_248),
    ...fixed('kubelet-read-only', 'kubelet', readOnlyPort ?? READ_ONLY_PORT),
    ...check('kube-proxy-healhz', 'kube-proxy', 10_256),
    ...check('kube-proxy-metrics', 'kube-proxy', 10_249),
    ...fixed('loadbalancer', 'loadbalancer', 179),
  ];
  if (role === 'worker') return [...everywhere, ...fixed('kube-apiserver-proxy', 'k8s-apiserver-proxy', securePort)];
  const etcd = datastore === 'etcd' ? [...check('etcd', 'etcd', 2379), ...check('etcd-peer', 'etcd', 2380)] : [];
  return [
    ...everywhere,
    ...fixed('kube-apiserver', 'kube-apiserver', securePort),
    ...check('kube-scheduler', 'kube-scheduler', 10_259),
    ...check('kube-controller-manager', 'kube-controller-manager', 10_257),
    ...etcd,
  ];
}

/** A port that is checked and that nothing needs is in the way all the same. */
function withChecks(needs: readonly Need[], checks: readonly CheckedPort[]): Need[] {
  const checkOf = ({ protocol, port }: Need): CheckedPort | undefined =>
    protocol === 'tcp' ? checks.find((check) => check.port === port) : undefined;
  const rest = checks.filter(({ port }) => !needs.some((need) => need.protocol === 'tcp' && need.port === port));
  return [
    ...needs.map((need) => ({ ...need, checkedAs: checkOf(need)?.name ?? null })),
    ...rest.map(({ name, service, port }) => ({
      ...needOf(row(service, '*', port), service, 'no', null),
      checkedAs: name,
    })),
  ];
}
