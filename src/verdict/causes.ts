import { snapServiceOf } from '../node/flags.js';
import type { FindingFacts } from './finding.js';

/**
 * Services that start only once another answers: the wrappers of the snap wait for the API server's `/readyz`, and that of kubelet
 * for containerd too (k8s/wrappers/services of the snap).
 */
const WAITS_FOR: ReadonlyMap<string, readonly string[]> = new Map([
  ['kubelet', ['containerd', 'kube-apiserver']],
  ['kube-controller-manager', ['kube-apiserver']],
  ['kube-scheduler', ['kube-apiserver']],
  ['kube-proxy', ['kube-apiserver']],
]);

/** The service that should listen there, which on a worker may be another than the page's. */
function serviceOf(cause: FindingFacts | undefined): string | null {
  if (cause?.code != null && 'service' in cause.params) return cause.params.service;
  return cause?.expected?.service ?? null;
}

/** Names the finding that explains each service which is still waiting to start. Pure. */
export function withCauses(facts: readonly FindingFacts[]): FindingFacts[] {
  const isDown = ({ verdict }: FindingFacts): boolean => verdict === 'missing' || verdict === 'wrong-owner';
  return facts.map((one) => {
    if (one.code !== 'unit-still-starting') return one;
    const awaited = WAITS_FOR.get(snapServiceOf(one.params.service) ?? '') ?? [];
    const causes = awaited.map((name) => facts.findIndex((other) => other.expected?.service === name && isDown(other)));
    const causedBy = causes.find((at) => at >= 0) ?? null;
    const waitsFor = causedBy === null ? null : serviceOf(facts[causedBy]);
    return { ...one, causedBy, params: { ...one.params, waitsFor } };
  });
}
