import type { OwnedListener } from '../../src/kernel/owners/owner.js';
import { NO_POD_NAMES } from '../../src/node/pod_names.js';
import type { EvaluatedCapture } from '../../src/snapshot/evaluate_node.js';
import type { Spec } from '../../src/spec/spec.js';
import { evaluate } from '../../src/verdict/evaluate.js';
import { capture, coverage, NODE, spec } from '../verdict/factory.js';

/** A capture of a node with these listeners, evaluated; a worker, and every source complete unless it is in `faults`. */
export function evaluated(
  sockets: readonly OwnedListener[] = [],
  page: Spec = spec([]),
  faults: Parameters<typeof coverage>[0] = {},
): EvaluatedCapture {
  const read = capture(sockets, { coverage: coverage(faults) });
  const { defaultInterface, defaultAddresses, defaultSource, interfaces, ephemeralPorts } = NODE;
  return {
    ...read,
    capturedAt: '2026-01-31T12:00:00.000Z',
    network: {
      ...{
        deviceNames: new Map(),
        addressHolders: [],
        tunnels: [],
        defaultInterface,
        defaultAddresses,
        defaultSource,
        interfaces,
        ephemeralPorts,
      },
      source: { name: 'network', via: 'rtnetlink', status: 'ok', errors: [], notes: [], rows: 0, ms: 0 },
    },
    longNames: [],
    hostFiles: null,
    podNames: NO_POD_NAMES,
    identities: { tcp: [], others: [] },
    role: { role: 'worker', roleSource: 'flag', roleReason: null },
    spec: page,
    evaluation: evaluate(page, read, 'worker'),
  };
}
