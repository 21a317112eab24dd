import type { Coded, CodeTable } from '../base/coded.js';

/**
 * Everything a finding can say, each with the one verdict it stands for. What is known from the row or the sockets
 * themselves (addresses, owners) is not repeated in the parameters.
 */
export const FINDING_CODES = {
  listens: {
    verdict: 'ok',
    about: 'The service is listening where the spec says.',
    params: {},
  },
  'listens-at-noted-path': {
    verdict: 'ok',
    about: 'The service is listening at another path, which the notes allow.',
    params: { service: 'service', path: 'path' },
  },
  'configured-place': {
    verdict: 'configured',
    about:
      'The service is listening as the spec says, but at the port or path that the configuration of the node gives it: `value` of `flag`.',
    params: { service: 'service', flag: 'flag', value: 'setting' },
  },
  'stricter-address': {
    verdict: 'narrowed',
    about: 'The service is listening on a stricter address; `hardening` is what the notes say of that.',
    params: { hardening: 'prose?' },
  },
  'unreachable-address': {
    verdict: 'narrowed',
    about: 'The service is listening only where the clients that the row is for cannot reach it; a warning.',
    params: {},
  },
  'serves-ipv6-only': {
    verdict: 'narrowed',
    about:
      'The service is listening on the IPv6 wildcard with v6only set, so IPv4 clients cannot connect; a warning if the node has an IPv4 address.',
    params: {},
  },
  'serves-ipv4-only': {
    verdict: 'narrowed',
    about: 'The service is listening on 0.0.0.0, but all addresses of the node are IPv6 addresses; a warning.',
    params: {},
  },
  'v6only-unknown': {
    verdict: 'unverified',
    about: 'The service is listening on the IPv6 wildcard, and the kernel did not report v6only.',
    params: {},
  },
  'wider-address': {
    verdict: 'exposed',
    about: 'Sockets listen on a wider address than the spec says; the owner of those in `unseen` is unknown.',
    params: { wider: 'socketIds', unseen: 'socketIds' },
  },
  'other-address': {
    verdict: 'wrong-address',
    about: 'The service is listening on an address that is neither wider nor stricter.',
    params: { elsewhere: 'socketIds' },
  },
  'held-by-another': {
    verdict: 'wrong-owner',
    about: 'Another process holds the address or path; `path` is given where it is not that of the spec.',
    params: { service: 'service', foreign: 'socketIds', path: 'path?' },
  },
  'not-its-unit': {
    verdict: 'wrong-owner',
    about:
      'A process with the name of the service holds it, outside of `units` or, if there are none, of pods: a copy, a login session, another installation.',
    params: { service: 'service', foreign: 'socketIds', units: 'services', path: 'path?' },
  },
  'shared-with-another': {
    verdict: 'wrong-owner',
    about:
      'The service and another program are listening on the same address, and connections are divided between them.',
    params: { service: 'service', foreign: 'socketIds', own: 'socketIds' },
  },
  'kernel-device-instead': {
    verdict: 'wrong-owner',
    about: 'A kernel network device that the service does not use holds the port.',
    params: { service: 'service', foreign: 'socketIds' },
  },
  'owner-unseen': {
    verdict: 'unverified',
    about:
      'Sockets may answer the row, but their owner is unknown, or may have been handed a socket that another user created.',
    params: { service: 'service', unseen: 'socketIds', path: 'path?' },
  },
  'no-default-route': {
    verdict: 'unverified',
    about: 'The node has no default route, so the address meant by `default` is unknown.',
    params: {},
  },
  'no-default-address': {
    verdict: 'unverified',
    about: 'No interface of the default route has an address, so the address meant by `default` is unknown.',
    params: {},
  },
  'default-route-unread': {
    verdict: 'unverified',
    about: 'The default route could not be read, so the address meant by `default` is unknown.',
    params: {},
  },
  'table-incomplete': {
    verdict: 'unverified',
    about: 'No listener was seen, but the socket table of the protocol was not read completely.',
    params: {},
  },
  'wider-address-unread': {
    verdict: 'unverified',
    about:
      'The service is listening where the clients of the row cannot reach it; whether elsewhere too is unknown, because the socket table was not read completely.',
    params: {},
  },
  'role-unknown': {
    verdict: 'unverified',
    about: 'Nothing is listening, and whether the row applies is unknown because the role of the node is.',
    params: { roles: 'words' },
  },
  'role-unknown-and-held': {
    verdict: 'unverified',
    about: 'Another process holds the address, and whether the row applies is unknown because the role of the node is.',
    params: { roles: 'words', foreign: 'socketIds' },
  },
  'row-not-for-role': {
    verdict: 'not-applicable',
    about: 'The row applies to nodes of other roles only.',
    params: { roles: 'words', role: 'word' },
  },
  'condition-not-met': {
    verdict: 'not-applicable',
    about: 'The row is conditional, and the service was not seen on this node.',
    params: { condition: 'prose', service: 'service' },
  },
  'condition-undecided': {
    verdict: 'unverified',
    about: 'The row is conditional, and the owners of the ports of the service are unknown.',
    params: { condition: 'prose', service: 'service' },
  },
  'condition-unknown': {
    verdict: 'unverified',
    about: 'The row is conditional, and nothing on the node tells whether the condition holds.',
    params: { condition: 'prose', service: 'service' },
  },
  'unit-not-enabled': {
    verdict: 'not-applicable',
    about: 'The unit of the service is not enabled, so it need not run on this node.',
    params: { service: 'service', unit: 'service' },
  },
  'network-feature-off': {
    verdict: 'not-applicable',
    about: 'The network feature is off: another network plugin takes the place of Cilium.',
    params: { service: 'service' },
  },
  'other-datastore': {
    verdict: 'not-applicable',
    about: 'The API server of this node uses another datastore, by `value` of `flag`.',
    params: { service: 'service', flag: 'flag', value: 'setting' },
  },
  'replaced-by-service': {
    verdict: 'not-applicable',
    about: 'The service is not on this node, and one that takes its place is.',
    params: { service: 'service', instead: 'service' },
  },
  'not-a-node': {
    verdict: 'not-applicable',
    about: 'This machine is no node of Canonical Kubernetes: no file, unit or listener of it is here.',
    params: {},
  },
  'not-bootstrapped': {
    verdict: 'not-applicable',
    about:
      'Canonical Kubernetes is installed on this machine, which is not part of a cluster yet: nothing is expected to listen.',
    params: {},
  },
  'no-listener': {
    verdict: 'missing',
    about: 'Nothing is listening on the port.',
    params: { service: 'service' },
  },
  'unit-not-running': {
    verdict: 'missing',
    about: 'Nothing is listening: the unit of the service has no process. `state` is whether systemd starts it.',
    params: { service: 'service', unit: 'service', state: 'word' },
  },
  'unit-still-starting': {
    verdict: 'missing',
    about:
      'Nothing is listening: the unit of the service still runs the script that starts it, which waits for another service: `waitsFor`, where that is down (`causedBy`).',
    params: { service: 'service', unit: 'service', waitsFor: 'service?' },
  },
  'bound-not-listening': {
    verdict: 'missing',
    about: 'The service has the port, but does not listen: it accepts no connection.',
    params: { service: 'service', bound: 'socketIds' },
  },
  'runs-but-not-here': {
    verdict: 'missing',
    about:
      'Nothing is listening, although the service runs: `others` are its listeners on other rows, or one of its others.',
    params: { service: 'service', others: 'socketIds' },
  },
  'only-others-listen': {
    verdict: 'missing',
    about: 'Nothing is listening on the address of the row; other processes listen on other addresses of the port.',
    params: { service: 'service', others: 'socketIds' },
  },
  'stale-socket-file': {
    verdict: 'missing',
    about: 'The socket file exists, but no process in the network namespace is listening on it.',
    params: { service: 'service' },
  },
  'not-a-socket': {
    verdict: 'missing',
    about: 'A file that is not a socket is at the path.',
    params: { service: 'service' },
  },
  'no-socket-file': {
    verdict: 'missing',
    about: 'There is no file at the path.',
    params: { service: 'service' },
  },
  'socket-file-replaced': {
    verdict: 'missing',
    about: 'The listeners in `orphans` were bound to the path, but its file was removed or replaced since.',
    params: { service: 'service', orphans: 'socketIds' },
  },
  'path-not-protected': {
    verdict: 'unverified',
    about: 'The service is listening there, but users other than root can replace the file at the path.',
    params: { service: 'service', path: 'path' },
  },
  'file-unchecked': {
    verdict: 'unverified',
    about: 'A listener has the path, but whether its file still exists was not checked.',
    params: { path: 'path?' },
  },
  'several-named': {
    verdict: 'unverified',
    about:
      'Listeners of the service and of others have the path as their name, and which of them has the file is unknown.',
    params: { service: 'service', path: 'path?', own: 'socketIds', foreign: 'socketIds' },
  },
  'no-listener-file-unchecked': {
    verdict: 'unverified',
    about: 'No listener has the path, but its file was not checked: a listener may be behind it under another name.',
    params: {},
  },
  'no-listener-file-unreadable': {
    verdict: 'unverified',
    about: 'No listener has the path, but its file could not be read: a listener may be behind it under another name.',
    params: {},
  },
  'not-in-spec': {
    verdict: 'unexpected',
    about: 'No row of the spec and no note explains the listener.',
    params: {},
  },
  'not-in-spec-link-local': {
    verdict: 'unexpected',
    about: 'No row of the spec and no note explains the listener, which only neighbours on one link can reach.',
    params: {},
  },
  'noted-by-name-only': {
    verdict: 'unexpected',
    about: 'A note allows the listener for `owners`, but nothing shows that it is one of them except its name.',
    params: { owners: 'services', purpose: 'prose' },
  },
  'noted-if-owner-seen': {
    verdict: 'unverified',
    about: 'A note allows the listener for some owners, but the owner is unknown.',
    params: { owners: 'services', devices: 'devices', purpose: 'prose' },
  },
  'ephemeral-range-unknown': {
    verdict: 'unverified',
    about: 'The socket may be a client, but the ephemeral port range is unknown.',
    params: {},
  },
} as const satisfies CodeTable & Readonly<Record<string, { readonly verdict: string }>>;

/** What a finding can say, in one word. */
export type FindingCode = keyof typeof FINDING_CODES;

/** Of machines that are in no cluster: all rows have one of these. */
const NO_NODE_CODES = ['not-a-node', 'not-bootstrapped'] as const satisfies readonly FindingCode[];

export type NoNodeCode = (typeof NO_NODE_CODES)[number];

export function isOfNoNode(code: string | null): boolean {
  return NO_NODE_CODES.some((one) => one === code);
}

/** Why a finding has its verdict. */
export type CodedFinding = WithRunning<Coded<typeof FINDING_CODES>>;

/** Where the configuration is not in effect, `running` is the value that the running process has instead. */
export type WithRunning<Code> = Code extends { readonly params: infer Params }
  ? Omit<Code, 'params'> & { readonly params: Params & { readonly running?: string } }
  : never;
