import { printable } from '../../base/text.js';
import type { OwnedListener } from '../../kernel/owners/owner.js';
import type { Advice, Finding } from '../../verdict/finding.js';
import { quotesSetting, settingText } from '../../verdict/text/configuration.js';
import { endpointOf } from '../../verdict/text/sentences.js';
import { adviceOf } from '../advice_of.js';
import { SEVERITY_STYLE } from '../cells.js';
import { commandsPart, field, type Part } from './part.js';

/** With advice, unless `sockets` is null, as for a finding that another one has replaced; `hasBroken`: claims, which are named below. */
export function findingParts(finding: Finding, sockets: readonly OwnedListener[] | null, hasBroken = false): Part[] {
  const advice = sockets === null ? [] : adviceParts(finding, sockets, hasBroken);
  return [...verdictParts(finding), ...advice, ...matchParts(finding)];
}

function adviceParts(finding: Finding, sockets: readonly OwnedListener[], hasBroken: boolean): Part[] {
  const advice = adviceOf(finding, sockets);
  if (advice === null) {
    const text = hasBroken ? 'See which claim is broken, below.' : 'Nothing to do.';
    return finding.severity === 'none' ? [field('next', text)] : [];
  }
  return nextParts(advice);
}

/** What to do, with its commands. */
export function nextParts({ text, commands }: Advice): Part[] {
  return [field('next', text, 'bold'), ...(commands.length === 0 ? [] : [commandsPart(commands)])];
}

function verdictParts(finding: Finding): Part[] {
  const { verdict, severity, message } = finding;
  return [
    field('verdict', severity === 'none' ? verdict : `${verdict} (${severity})`, SEVERITY_STYLE[severity]),
    field('page', pageText(finding)),
    field('why', message),
    ...configurationParts(finding),
  ];
}

function matchParts({ matchedBy }: Finding): Part[] {
  return matchedBy === null ? [] : [field('matched by', MATCHED_BY[matchedBy])];
}

function configurationParts(finding: Finding): Part[] {
  const { configuration, params } = finding;
  if (configuration === null) return [];
  const setting = field('configured', settingText(configuration));
  const { running } = params;
  if (running === undefined) return quotesSetting(finding) ? [] : [setting];
  return [setting, field('', printable(`the process still runs with ${running}`), 'warning')];
}

function pageText({ expected }: Finding): string {
  if (expected === null) return 'not in the page or notes';
  return `${expected.service} on ${endpointOf(expected)}, ${expected.role ?? 'all'} nodes`;
}

const MATCHED_BY = {
  unit: 'systemd unit',
  pod: 'pod, and name',
  path: 'name, at a path that only root can change',
  exe: 'name of the executable, which any user can choose',
  argv0: 'argv[0], which the caller of exec can choose',
  comm: 'comm, which any process can choose',
  device: 'kernel device',
} as const;
