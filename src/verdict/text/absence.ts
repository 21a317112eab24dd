import type { OwnedListener } from '../../kernel/owners/owner.js';
import type { FindingFacts } from '../finding.js';
import { ownersText } from './format.js';
import { because, endpointOf, listening, plain, type Sentences, socketsOf } from './sentences.js';

/** Codes of rows that no listener answers. */
type AbsenceCode =
  | 'row-not-for-role'
  | 'row-not-on-page-of-node'
  | 'condition-not-met'
  | 'condition-undecided'
  | 'condition-unknown'
  | 'unit-not-enabled'
  | 'network-feature-off'
  | 'other-datastore'
  | 'replaced-by-service'
  | 'not-a-node'
  | 'not-bootstrapped'
  | 'node-unknown'
  | 'no-listener'
  | 'place-unknown'
  | 'unit-not-running'
  | 'unit-still-starting'
  | 'bound-not-listening'
  | 'runs-but-not-here'
  | 'only-others-listen'
  | 'stale-socket-file'
  | 'not-a-socket'
  | 'no-socket-file'
  | 'socket-file-replaced';

/** Why no listener answers a row, in words. Pure. */
export function absenceSentences(
  facts: FindingFacts & { readonly code: AbsenceCode },
  sockets: ReadonlyMap<string, OwnedListener>,
): Sentences {
  const { expected } = facts;
  const place = endpointOf(expected);
  // Unix sockets of another network namespace are not listed, so one of them may be behind the path.
  const none = expected?.path == null ? 'nothing' : 'no process in this network namespace';
  const nothing = `${none} is listening on ${place}`;
  switch (facts.code) {
    case 'row-not-for-role': {
      const { roles, role } = facts.params;
      const reason = `for ${roles.join(' and ')} nodes only; this is a ${role} node`;
      return { message: reason, reason };
    }
    case 'row-not-on-page-of-node': {
      const { release } = facts.params;
      const reason = `the page of ${release === null ? 'its release' : `release ${release}`} does not have this row`;
      return { message: reason, reason };
    }
    case 'condition-not-met': {
      const { condition, service } = facts.params;
      return because(nothing, `the row is conditional ("${condition}"), and ${service} holds no socket on this node`);
    }
    case 'condition-undecided': {
      const { condition, service } = facts.params;
      const open = `whether ${service} runs here is unknown while the owners of its ports are`;
      return because(nothing, `the row is conditional ("${condition}"), and ${open}`);
    }
    case 'condition-unknown': {
      const { condition } = facts.params;
      return because(nothing, `the row is conditional ("${condition}"), and nothing on this node tells that`);
    }
    case 'unit-not-enabled':
      return because(nothing, `${facts.params.unit} is not enabled on this node`);
    case 'network-feature-off':
      return because(nothing, 'the network feature is off: another network plugin takes the place of Cilium');
    case 'other-datastore': {
      const { service, flag, value } = facts.params;
      return because(nothing, `the datastore of this node is not ${service} but ${value} (${flag} of kube-apiserver)`);
    }
    case 'replaced-by-service': {
      const { service, instead } = facts.params;
      return because(nothing, `${instead} runs on this node in the place of ${service}`);
    }
    case 'not-a-node': {
      const reason = 'this machine is not a node of Canonical Kubernetes: no file, unit or listener of it is here';
      return { message: `${reason} (k8s-sockwatch preflight says whether it could become one)`, reason };
    }
    case 'not-bootstrapped': {
      const reason =
        'Canonical Kubernetes is installed here and not bootstrapped: nothing of it is expected to listen yet';
      const message = `${reason} (sudo k8s bootstrap makes this the first node of a cluster, sudo k8s join-cluster TOKEN a further one)`;
      return { message, reason };
    }
    case 'node-unknown':
      return because(nothing, 'whether this is a node of Canonical Kubernetes is unknown: its files could not be seen');
    case 'place-unknown':
      return because(nothing, `whether ${facts.params.service} is configured to listen elsewhere is unknown`);
    case 'no-listener':
      return plain(`${nothing}; ${facts.params.service} should be`);
    case 'unit-not-running': {
      const { unit, state } = facts.params;
      const enabled = state === 'disabled' ? `${unit} is disabled` : `${unit} has no process`;
      return because(`${nothing}; ${facts.params.service} should be`, enabled);
    }
    case 'unit-still-starting': {
      const { service, unit, waitsFor } = facts.params;
      const why = waitsFor === null ? `${service} has not started yet` : `${service} waits for ${waitsFor}`;
      return because(nothing, `${why}: ${unit} still runs its start script`);
    }
    case 'bound-not-listening': {
      const bound = socketsOf(facts.params.bound, sockets);
      const held = bound.length === 0 ? facts.params.service : ownersText(bound);
      return because(nothing, `${held} has the port bound, but does not listen: it accepts no connection`);
    }
    case 'runs-but-not-here': {
      const others = socketsOf(facts.params.others, sockets);
      return because(`${nothing}; ${facts.params.service} should be`, `it runs: ${listening(others)}`);
    }
    case 'only-others-listen': {
      const others = socketsOf(facts.params.others, sockets);
      return because(`${nothing}; ${facts.params.service} should be`, `${listening(others)}, another address`);
    }
    case 'stale-socket-file':
      return because(nothing, 'the socket file is stale');
    case 'not-a-socket':
      return because(nothing, 'the file there is not a socket');
    case 'no-socket-file':
      return because(nothing, 'the file does not exist');
    case 'socket-file-replaced': {
      const owners = ownersText(socketsOf(facts.params.orphans, sockets));
      return because(
        `clients cannot connect to ${place}`,
        `${owners} is still listening, but its socket file was removed or replaced`,
      );
    }
  }
}
