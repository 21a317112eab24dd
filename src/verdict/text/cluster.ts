/** What is known of a service in a whole cluster. */
export type ClusterCode =
  | 'runs-on-one-node'
  | 'runs-on-several-nodes'
  | 'runs-on-no-node'
  | 'may-run-elsewhere'
  | 'may-run-unseen'
  | 'may-run-on-control-planes'
  | 'runs-on-every-control-plane'
  | 'missing-on-control-planes'
  | 'may-be-missing'
  | 'not-used'
  | 'no-control-planes'
  | 'not-told-apart';

/** Nodes by label. */
export interface ClusterParams {
  readonly runsOn: readonly string[];
  /** Nodes on which the service should run, or might, and does not. */
  readonly missingOn: readonly string[];
  /** Nodes on which it could not be seen whether the service runs. */
  readonly unknownOn: readonly string[];
  /** Nodes that may be the same as another one, which is as late. */
  readonly perhapsOlder: readonly string[];
  readonly unreadableInputs: number;
  /** Between the first snapshot and the last. */
  readonly minutesApart: number;
}

const MAX_NAMES = 10;

/** Between snapshots this many minutes apart, a service may have moved to another node. */
const MAX_MINUTES_APART = 5;

/** One sentence about a service in a cluster. */
export function clusterText(service: string, code: ClusterCode, params: ClusterParams): string {
  const { runsOn, missingOn } = params;
  const all = runsOn.length + missingOn.length;
  switch (code) {
    case 'runs-on-one-node':
      return `${service} runs on ${names(runsOn)}, and on no other of ${all} nodes`;
    case 'runs-on-several-nodes':
      return `${service} runs on ${runsOn.length} nodes (${names(runsOn)}); a cluster has one${apart(params)}`;
    case 'runs-on-no-node':
      return `${service} runs on none of ${all} nodes (${names(missingOn)}); a cluster has one${apart(params)}`;
    case 'may-run-elsewhere':
      return `${service} runs on ${names(runsOn)}; it may also run ${unseen(params)}${apart(params)}`;
    case 'may-run-unseen':
      return `${service} was not seen, but may run ${unseen(params)}${apart(params)}`;
    case 'may-run-on-control-planes':
      return `${service} was not seen, but may run on control plane nodes, and none was given`;
    case 'runs-on-every-control-plane':
      return `${service} runs on every control plane node given (${names(runsOn)})`;
    case 'missing-on-control-planes': {
      const others = runsOn.length === 0 ? '' : `; it runs on ${names(runsOn)}`;
      return `${service} does not run on ${missingOn.length} of ${all} control plane nodes (${names(missingOn)})${others}${apart(params)}`;
    }
    case 'may-be-missing':
      return `whether ${service} runs on every control plane node is unknown: it may be missing ${unseen(params)}${apart(params)}`;
    case 'not-used':
      return `no row of ${service} applies to the control plane nodes given`;
    case 'no-control-planes':
      return `${service} belongs on control plane nodes, and none was given`;
    case 'not-told-apart':
      return `where ${service} runs in the cluster is unknown: ${names(params.perhapsOlder)} may be the same node as another one here, since host names are unknown or redacted with another key`;
  }
}

function unseen({ unknownOn, unreadableInputs }: ClusterParams): string {
  const inputs = `${unreadableInputs} ${unreadableInputs === 1 ? 'input' : 'inputs'}`;
  return [
    ...(unknownOn.length === 0 ? [] : [`on ${names(unknownOn)}, which could not be seen`]),
    ...(unreadableInputs === 0 ? [] : [`on a node of ${inputs} that could not be read`]),
  ].join(', or ');
}

function apart({ minutesApart }: ClusterParams): string {
  return minutesApart < MAX_MINUTES_APART
    ? ''
    : `; the snapshots are up to ${minutesApart} minutes apart, so it may have moved`;
}

function names(labels: readonly string[]): string {
  const more = labels.length > MAX_NAMES ? ` and ${labels.length - MAX_NAMES} more` : '';
  return labels.slice(0, MAX_NAMES).join(', ') + more;
}
