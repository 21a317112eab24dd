import type { Coded, CodeTable } from '../../base/coded.js';

/** Everything a difference can say, by what it is about. The rest is in its fields. */
export const DIFFERENCE_CODES = {
  'host-changed': { subject: 'fact', about: 'The snapshots are of two hosts.', params: {} },
  'role-changed': { subject: 'fact', about: 'The role of the node.', params: {} },
  'default-interface-changed': { subject: 'fact', about: 'The default interface or its addresses.', params: {} },
  'page-changed': { subject: 'fact', about: 'The page or notes that the node was compared with.', params: {} },
  'kernel-changed': { subject: 'fact', about: 'The release of the kernel.', params: {} },
  'version-changed': { subject: 'fact', about: 'The version of k8s-sockwatch.', params: {} },
  'coverage-changed': { subject: 'coverage', about: 'A source was read more or less completely.', params: {} },
  'verdict-changed': { subject: 'verdict', about: 'A row has another verdict.', params: {} },
  'severity-changed': { subject: 'verdict', about: 'The verdict is the same with another severity.', params: {} },
  'finding-added': { subject: 'verdict', about: 'There was no such finding before.', params: {} },
  'finding-removed': { subject: 'verdict', about: 'The finding is gone.', params: {} },
  'claim-broken': { subject: 'claim', about: 'A claim is broken now.', params: {} },
  'claim-holds': { subject: 'claim', about: 'A claim holds now.', params: {} },
  'claim-unverified': { subject: 'claim', about: 'A claim could not be verified now.', params: {} },
  'claim-severity-changed': {
    subject: 'claim',
    about: 'A claim is broken as before, with another severity.',
    params: {},
  },
  'listener-added': {
    subject: 'listener',
    about: 'Only the later snapshot has the listener; sockets of another program on the same port are in `beside`.',
    params: { beside: 'socketIds' },
  },
  'listener-removed': { subject: 'listener', about: 'Only the earlier snapshot has the listener.', params: {} },
  'table-unread': {
    subject: 'listener',
    about: 'One snapshot has the listener; the other, `side`, did not read `source` completely.',
    params: { side: 'word', source: 'word' },
  },
  'owner-changed': { subject: 'listener', about: 'Another program owns the endpoint.', params: {} },
  'owner-unknown': {
    subject: 'listener',
    about: 'The owner is unknown in one of the snapshots, `side`.',
    params: { side: 'word' },
  },
  'address-widened': { subject: 'listener', about: 'The service is reachable from more addresses.', params: {} },
  'address-narrowed': { subject: 'listener', about: 'The service is reachable from fewer addresses.', params: {} },
  'address-changed': { subject: 'listener', about: 'The service is reachable on another address.', params: {} },
  'port-changed': { subject: 'listener', about: 'The program listens on another port or path.', params: {} },
  'ephemeral-port-changed': {
    subject: 'listener',
    about: 'The program listens on another ephemeral port, which the kernel chose.',
    params: {},
  },
  restarted: { subject: 'listener', about: 'Other processes of the same program own the endpoints.', params: {} },
  'backlog-changed': {
    subject: 'listener',
    about: 'The limit of pending connections.',
    params: { before: 'count', after: 'count' },
  },
} as const satisfies CodeTable & Readonly<Record<string, { readonly subject: string }>>;

/** What a difference about `Subject` says, in one word. */
export type DifferenceCode<Subject = unknown> = {
  [Code in keyof typeof DIFFERENCE_CODES]: (typeof DIFFERENCE_CODES)[Code]['subject'] extends Subject ? Code : never;
}[keyof typeof DIFFERENCE_CODES];

/** A code for a listener that changed, with its parameters. */
export type CodedListenerDifference = Extract<
  Coded<typeof DIFFERENCE_CODES>,
  { readonly code: DifferenceCode<'listener'> }
>;
