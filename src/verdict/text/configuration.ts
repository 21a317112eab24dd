import { isIP } from '../../base/ip.js';
import { printable } from '../../base/text.js';
import type { OwnedListener } from '../../kernel/owners/owner.js';
import { isLoopback, isWildcard, unmapped } from '../../kernel/sockets/address.js';
import { ARGUMENTS_DIRECTORY } from '../../node/configuration.js';
import { type Endpoint, endpointOf, endpointText, urlEndpoints } from '../../node/flag_value.js';
import { FLAGS, snapServiceOf } from '../../node/flags.js';
import type { Advice, Expected, Finding, FindingConfiguration, FindingFacts, Verdict } from '../finding.js';
import { shellWord } from './commands.js';

/** What a setting says, and where: `--address=0.0.0.0 in line 7 of /var/snap/k8s/common/args/kubelet`. */
export function settingText({ flag, value, source }: FindingConfiguration): string {
  const key = source.kind === 'options-file' ? keyOf(flag) : flag;
  const assignment = printable(key.startsWith('--') ? `${key}=${value}` : `${key}: ${value}`);
  switch (source.kind) {
    case 'arguments-file':
    case 'options-file':
    case 'state-file':
      return printable(`${assignment} in line ${source.line} of ${source.path}`);
    case 'command-line':
      return `${assignment} on its command line`;
    case 'built-in-default':
      return printable(`${flag} is not set, and its default is ${value}`);
  }
}

/**
 * How the configuration of the node explains where listeners are, or that it does not; null where nothing is known, or it does not
 * matter to the finding.
 */
export function configurationReason(facts: FindingFacts, members: readonly OwnedListener[]): string | null {
  const { configuration, params } = facts;
  if (configuration === null) return null;
  const { running } = params;
  if (running !== undefined) {
    return printable(`${settingText(configuration)}, but the process still runs with ${running}: a restart is pending`);
  }
  if (!ABOUT_ADDRESSES.has(facts.verdict)) return null;
  const text = settingText(configuration);
  return members.some((one) => isConfigured(one, configuration.value)) ? `because of ${text}` : `in spite of ${text}`;
}

const ABOUT_ADDRESSES: ReadonlySet<Verdict> = new Set(['exposed', 'narrowed', 'wrong-address']);

/** Whether the reason of a finding quotes its setting. */
export function quotesSetting({ code, verdict }: Pick<Finding, 'code' | 'verdict'>): boolean {
  return code === 'configured-place' || ABOUT_ADDRESSES.has(verdict);
}

/** Whether a listener is at an address that a value has. */
function isConfigured({ address }: OwnedListener, value: string): boolean {
  if (address === null) return false;
  return endpointsIn(value).some((one) => {
    if (one.address === null || isWildcard(one.address)) return isWildcard(address);
    return one.address === 'localhost' ? isLoopback(address) : unmapped(address) === one.address;
  });
}

function endpointsIn(value: string): readonly Pick<Endpoint, 'address'>[] {
  if (isIP(value) !== 0) return [{ address: value }];
  const endpoint = endpointOf(value);
  return endpoint === null ? urlEndpoints(value) : [endpoint];
}

/** How the configuration is changed so that the service listens where the page says; null where nothing is known of it. */
export function configurationAdvice(
  { configuration, expected, params }: FindingFacts,
  defaultAddresses: readonly string[],
): Advice | null {
  const service = snapServiceOf(expected?.service ?? '');
  if (configuration === null || expected === null || service === null) return null;
  const restart = `sudo snap restart k8s.${service}`;
  const { flag, value, source } = configuration;
  if (params.running !== undefined) {
    return {
      text: printable(`Restart ${service}: ${settingText(configuration)} takes effect then.`),
      commands: [restart],
    };
  }
  const wanted = wantedValue(expected, value, defaultAddresses);
  if (wanted === null) return null;
  switch (source.kind) {
    case 'arguments-file':
    case 'options-file':
      return {
        text: printable(`Change ${settingText(configuration)} to ${wanted}, and restart ${service}.`),
        commands: [lineOf(source), restart],
      };
    case 'built-in-default':
    case 'command-line':
      return {
        text: printable(`Set ${flag}=${wanted} in ${ARGUMENTS_DIRECTORY}/${service}, and restart ${service}.`),
        commands: [`sudo grep -n -e ${flag} ${ARGUMENTS_DIRECTORY}/${service}`, restart],
      };
    case 'state-file':
      return {
        text: printable(
          `${settingText(configuration)}; it should be ${wanted}. ${service} takes it from --address of bootstrap and join-cluster alone: until this node joins anew, let a firewall admit only the nodes of the cluster.`,
        ),
        commands: [lineOf(source), 'sudo k8s status'],
      };
  }
}

/** Of a service that is missing: what to change before it is started, because it would be exposed; null: nothing. */
export function exposureAdvice(
  { verdict, configuration, expected, params }: FindingFacts,
  defaultAddresses: readonly string[],
): Advice | null {
  const service = snapServiceOf(expected?.service ?? '');
  if (verdict !== 'missing' || configuration === null || expected === null || service === null) return null;
  const { flag, value, source } = configuration;
  const wanted = wantedValue(expected, value, defaultAddresses);
  const isWider = endpointsIn(value).some(({ address }) => isWiderThan(expected.host, address));
  if (!isWider || wanted === null || params.running !== undefined) return null;
  switch (source.kind) {
    case 'arguments-file':
    case 'options-file':
      return {
        text: printable(
          `First change ${settingText(configuration)} to ${wanted}: with it, ${service} would be exposed.`,
        ),
        commands: [lineOf(source)],
      };
    case 'built-in-default':
    case 'command-line':
      return {
        text: printable(
          `First set ${flag}=${wanted} in ${ARGUMENTS_DIRECTORY}/${service}: without it, ${service} would be exposed.`,
        ),
        commands: [],
      };
    case 'state-file':
      return null;
  }
}

/** `address`: null stands for all addresses. */
function isWiderThan(host: string | null, address: string | null): boolean {
  if (address === null || isWildcard(address)) return host !== '*';
  return host === 'localhost' && address !== 'localhost' && !isLoopback(address);
}

/** The command that shows the deciding line. */
function lineOf({ line, path }: FindingConfiguration['source']): string {
  return `sudo sed -n ${line}p ${shellWord(path ?? '')}`;
}

/** What a flag is called in files of options. */
function keyOf(flag: string): string {
  return FLAGS.find(({ name, key }) => name === flag && key !== undefined)?.key ?? flag;
}

/** The value with which the service would listen where the row says; null: unknown. */
function wantedValue({ host }: Expected, value: string, defaultAddresses: readonly string[]): string | null {
  const address = wantedAddress(host, defaultAddresses);
  if (address === null) return null;
  if (isIP(value) !== 0) return address;
  const endpoint = endpointOf(value);
  if (endpoint !== null) return endpointText({ address, port: endpoint.port });
  const [first] = urlEndpoints(value);
  if (first === undefined) return null;
  return `https://${endpointText({ address, port: first.port })}`;
}

function wantedAddress(host: string | null, defaultAddresses: readonly string[]): string | null {
  switch (host) {
    case 'localhost':
      return '127.0.0.1';
    case '*':
      return '0.0.0.0';
    case 'default':
      return defaultAddresses[0] ?? null;
    default:
      return host !== null && isIP(host) !== 0 ? host : null;
  }
}
