import type { SnapshotDocument } from '../../../src/snapshot/document/document.js';
import { specPart } from '../../../src/snapshot/document/spec_part.js';
import { summarize } from '../../../src/snapshot/document/summary.js';
import type { Capture } from '../../../src/verdict/capture.js';
import { evaluate } from '../../../src/verdict/evaluate.js';
import { capture, spec } from '../../verdict/factory.js';

/** A snapshot as src/snapshot/snapshot.ts puts it together, of a page without rows where nothing else is given. */
export function documentOf(
  page: ReturnType<typeof spec> = spec([]),
  seen: Capture = capture([]),
  failOn: SnapshotDocument['summary']['failOn'] = 'warning',
): SnapshotDocument {
  const { findings, explanations } = evaluate(page, seen, 'worker');
  const { hostname, kernel, netns, defaultInterface, defaultAddresses, defaultSource, interfaces, ephemeralPorts } =
    seen.node;
  return {
    schemaVersion: 1,
    generator: { name: 'k8s-sockwatch', version: '1.2.3' },
    capturedAt: '2026-01-31T12:00:00.000Z',
    node: {
      hostname,
      kernel,
      netns,
      role: 'worker',
      roleSource: 'flag',
      roleReason: null,
      defaultInterface,
      defaultAddresses,
      defaultSource,
      interfaces,
      ephemeralPorts,
      isInstalled: null,
      isBootstrapped: null,
      release: null,
      configuration: null,
      services: null,
      networkFeature: null,
    },
    spec: specPart(page, null),
    summary: summarize(findings, seen.coverage, failOn),
    findings,
    sockets: seen.sockets.map((socket) => ({
      ...socket,
      explainedBy: explanations.get(socket.id) ?? { by: null, text: null },
    })),
    namespaces: null,
    files: seen.files,
    coverage: seen.coverage,
  };
}
