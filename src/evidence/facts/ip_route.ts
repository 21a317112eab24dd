import { isIP } from 'node:net';
import type { Link } from '../../kernel/network/links.js';
import { type DefaultRoute, RT_TABLE_MAIN } from '../../kernel/network/routes.js';

/** A number for a table that is only known by its name (/etc/iproute2/rt_tables). */
const NAMED_TABLE = 0;

/** What a line may begin with: a destination, the type of a route, or white space before a hop. */
const ROUTE =
  /^(?:default|[\da-fA-F.:]+(?:\/\d{1,3})?|unicast|local|broadcast|multicast|throw|unreachable|prohibit|blackhole|nat|anycast|\s+nexthop)(?=\s|$)/;

/** A default route, or one hop of the route above it. */
const LINE = /^(?:(?<start>default|0\.0\.0\.0\/0|::\/0)(?=\s|$)|\s+nexthop(?=\s))(?<options>.*)$/;

/**
 * The default routes in the output of `ip route`, with the hops of nexthop objects, which it resolves. Those over devices that `links`
 * lacks, and dead ones, are left out. An empty text has no routes; null: the text is something else, such as an error. Pure.
 */
export function parseDefaultRoutes(text: string, isIPv6: boolean, links: readonly Link[]): DefaultRoute[] | null {
  const lines = text.split('\n');
  if (!lines.every((line) => line === '' || ROUTE.test(line))) return null;
  const indexes = new Map(links.map(({ name, index }) => [name, index]));
  const routes: { route: DefaultRoute; hops: number[] }[] = [];
  let isInDefault = false;
  for (const line of lines) {
    const { start, options = null } = LINE.exec(line)?.groups ?? {};
    if (options === null) {
      isInDefault = false;
      continue;
    }
    const hop = /\sdead(?:\s|$)/.test(options) ? undefined : indexes.get(wordBehind(options, 'dev') ?? '');
    if (start !== undefined) {
      const hops: number[] = [];
      routes.push({ route: routeOf(options, isIPv6, hops), hops });
      isInDefault = true;
    }
    if (isInDefault && hop !== undefined) routes.at(-1)?.hops.push(hop);
  }
  return routes.map(({ route }) => route).filter(({ hops }) => hops.length > 0);
}

function routeOf(options: string, isIPv6: boolean, hops: readonly number[]): DefaultRoute {
  const table = wordBehind(options, 'table');
  const source = wordBehind(options, 'src');
  // An IPv4 route by an IPv6 hop has `via inet6`; only IPv6 routes have a preference.
  const isOfIPv6 = isIPv6 || /(?:^|\s)via (?!inet6)\S*:|\spref \w+/.test(options) || source?.includes(':') === true;
  return {
    family: isOfIPv6 ? 'ipv6' : 'ipv4',
    table: table === null || table === 'main' ? RT_TABLE_MAIN : Number(/^\d+$/.exec(table)?.[0] ?? NAMED_TABLE),
    metric: Number(wordBehind(options, 'metric') ?? 0),
    hops,
    nexthop: null,
    source: source !== null && isIP(source) !== 0 ? source : null,
  };
}

function wordBehind(options: string, name: string): string | null {
  const words = options.split(/\s+/);
  const at = words.indexOf(name);
  return at < 0 ? null : (words[at + 1] ?? null);
}
