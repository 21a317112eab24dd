import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import t from 'tap';
import { KeptFindings } from '../../src/fleet/kept_findings.js';
import type { SnapshotDocument } from '../../src/snapshot/document/document.js';
import { readSnapshot } from '../../src/snapshot/document/read_snapshot.js';
import { captureWithRole } from '../../src/snapshot/reevaluate.js';
import { type EvaluatedFacts, evaluateFacts } from '../../src/verdict/evaluate.js';
import { adviceFor } from '../../src/verdict/text/advice.js';
import { findingText } from '../../src/verdict/text/finding.js';
import { held, processOwner } from '../verdict/factory.js';
import { BUILTIN, nodeDocument } from './factory.js';

function evaluated(document: SnapshotDocument): EvaluatedFacts {
  const { capture, role } = captureWithRole(document, 'auto', BUILTIN.notes);
  return evaluateFacts(BUILTIN, capture, role.role);
}

/** The same node with other pids and addresses, as another one of the cluster. */
function twin(document: SnapshotDocument): SnapshotDocument {
  const sockets = document.sockets.map((socket) => ({
    ...socket,
    address: socket.address === '192.0.2.2' ? '192.0.2.3' : socket.address,
    owners: socket.owners.map((owner) => (owner.kind === 'process' ? { ...owner, pid: owner.pid + 2 ** 32 } : owner)),
  }));
  return { ...document, node: { ...document.node, defaultAddresses: ['192.0.2.3'] }, sockets };
}

function stored(name: string): SnapshotDocument {
  const file = fileURLToPath(new URL(`../../../test/fixtures/snapshots/${name}`, import.meta.url));
  return readSnapshot(readFileSync(file, 'utf8'), name);
}

t.test('text made of what was kept is that of the findings themselves', (t) => {
  const kept = new KeptFindings();
  const several = [1, 2, 3].map((pid) => processOwner('nginx', { pid }));
  const documents = [
    stored('every_verdict.json'),
    stored('v1-0.1.0.json'),
    nodeDocument('w-1', {
      without: ['kubelet'],
      also: [
        held('a\n"b', '0.0.0.0', 10250),
        held('nginx', '192.0.2.2', 80, { owners: several }),
        held('nginx', '0.0.0.0', 80),
        { ...held('x', '192.0.2.2', 81), owners: [], ownersUnknown: 'permission', uid: 1000 },
      ],
    }),
  ].flatMap((document) => [document, twin(document)]);
  const nodes = documents.map(evaluated).map(({ facts, context }) => ({
    context,
    findings: facts.map((one) => {
      const numbers: number[] = [];
      kept.keep(one, context.sockets, numbers);
      return { one, numbers: new Float64Array(numbers) };
    }),
  }));
  const codes = new Set<string>();
  for (const { context, findings } of nodes) {
    for (const { one, numbers } of findings) {
      const [recalled, ...others] = kept.recall(numbers, 0, numbers.length);
      if (recalled === undefined || others.length > 0) throw new Error('one finding was kept');
      const { facts, sockets } = recalled;
      const own = { ...context, sockets };
      t.strictSame(findingText(facts, own), findingText(one, context));
      t.strictSame(adviceFor(facts, own), adviceFor(one, context));
      codes.add(one.code);
    }
  }
  t.ok(codes.size > 10, `${codes.size} codes`);
  t.end();
});
