import { replaceParams, UNCODED } from '../../base/coded.js';
import { COVERAGE_CODES, type CoverageFault } from '../../base/coverage_codes.js';
import { printable } from '../../base/text.js';
import { FINDING_CODES } from '../../verdict/codes.js';
import type { Finding, FindingConfiguration, FindingFacts, FindingFields } from '../../verdict/finding.js';
import { type FindingContext, renderFinding } from '../../verdict/text/finding.js';
import { listenersText } from '../../verdict/text/format.js';
import { endpointOf, socketsOf } from '../../verdict/text/sentences.js';
import { expectedOf } from './expected.js';
import type { Redaction } from './redaction.js';

export function findingOf(finding: Finding, to: Redaction, context: FindingContext): Finding {
  const fields = {
    verdict: finding.verdict,
    severity: finding.severity,
    expected: finding.expected === null ? null : expectedOf(finding.expected, to),
    sockets: finding.sockets.map((id) => to.socketId(id)),
    matchedBy: finding.matchedBy,
    configuration: finding.configuration === null ? null : configurationOf(finding.configuration, to),
    causedBy: finding.causedBy,
  };
  if (finding.code === null) {
    return { ...fields, ...UNCODED, message: neutralMessage(fields, context), reason: null, advice: null };
  }
  const { running } = finding.params;
  const coded = replaceParams(FINDING_CODES, finding, to.replacers);
  const params = running === undefined ? coded.params : { ...coded.params, running: to.setting(running) };
  return renderFinding({ ...fields, ...coded, params } as FindingFacts, context);
}

/** For a finding without a code. */
function neutralMessage({ verdict, expected, sockets }: FindingFields, context: FindingContext): string {
  const subject =
    expected === null
      ? listenersText(socketsOf(sockets, context.sockets))
      : printable(`${expected.service} ${endpointOf(expected)}`);
  return `${subject}: ${verdict}`;
}

export function faultsOf(faults: readonly CoverageFault[], to: Redaction): CoverageFault[] {
  return faults.map((fault) => replaceParams(COVERAGE_CODES, fault, to.replacers));
}

export function configurationOf(
  { flag, value, source, inEffect }: FindingConfiguration,
  to: Redaction,
): FindingConfiguration {
  return {
    flag: to.flag(flag),
    value: to.setting(value),
    source: { kind: source.kind, path: source.path === null ? null : to.path(source.path), line: source.line },
    inEffect,
  };
}
