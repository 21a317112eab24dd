import type { VerdictCodes } from './verdict_codes.js';

/** What is said of rows without listener that do not apply to the node, or may not. */
export const APPLICABILITY_CODES = {
  'role-unknown': {
    verdict: 'unverified',
    about: 'Nothing is listening, and whether the row applies is unknown because the role of the node is.',
    params: { roles: 'words' },
  },
  'row-not-for-role': {
    verdict: 'not-applicable',
    about: 'The row applies to nodes of other roles only.',
    params: { roles: 'words', role: 'word' },
  },
  'row-not-on-page-of-node': {
    verdict: 'not-applicable',
    about: 'In a matrix: the row is on the page of other nodes, and not on that of the release of this node.',
    params: { release: 'version?' },
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
  'node-unknown': {
    verdict: 'unverified',
    about: 'Nothing shows that this machine is a node of Canonical Kubernetes, and its files could not be seen.',
    params: {},
  },
  'not-bootstrapped': {
    verdict: 'not-applicable',
    about:
      'Canonical Kubernetes is installed on this machine, which is not part of a cluster yet: nothing is expected to listen.',
    params: {},
  },
} as const satisfies VerdictCodes;
