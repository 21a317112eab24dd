import { replaceParams } from '../../base/coded.js';
import { type AnsweredNeed, OBSTACLE_CODES, type Obstacle, type ObstacleFacts } from '../../verdict/obstacle.js';
import { obstacleText } from '../../verdict/text/obstacle.js';
import type { PreflightDocument } from '../preflight/document.js';
import { isOrMayBeNode } from '../preflight/own_services.js';
import { faultsOf } from './findings.js';
import { type RedactOptions, redactionOf, sourceOf } from './redact.js';
import type { Redaction } from './redaction.js';
import { holderOf } from './who.js';

/**
 * The same as `redact` for what `preflight` answers.
 * @throws SockwatchError ERR_USAGE for a short key
 */
export function redactPreflight(document: PreflightDocument, options: RedactOptions = {}): PreflightDocument {
  const to = redactionOf(options);
  const { generator, node, plan, coverage } = document;
  const needs = document.needs.map((need) => needOf(need, to));
  const context = { isNode: isOrMayBeNode(node.state), netns: node.netns };
  return {
    schemaVersion: 1,
    generator: { name: generator.name, version: to.version(generator.version) },
    capturedAt: document.capturedAt,
    redacted: { keyId: document.redacted ? to.keyIdAfter(document.redacted.keyId) : to.keyId },
    node: {
      hostname: to.host(node.hostname),
      netns: node.netns,
      state: node.state,
      release: to.orNull(node.release, to.version),
      defaultAddresses: node.defaultAddresses.map((address) => to.address(address)),
    },
    plan: {
      role: plan.role,
      roleSource: plan.roleSource,
      join: plan.join,
      config: to.orNull(plan.config, to.path),
      release: plan.release,
      page: to.source(plan.page),
    },
    result: document.result,
    failOn: document.failOn,
    obstacles: document.obstacles.map((obstacle): Obstacle => {
      const facts: ObstacleFacts = {
        ...replaceParams(OBSTACLE_CODES, obstacle, to.replacers),
        needs: [...obstacle.needs],
        holders: obstacle.holders.map((holder) => holderOf(holder, to)),
      };
      return { ...facts, severity: obstacle.severity, ...obstacleText(facts, needs, context) };
    }),
    needs,
    coverage: { complete: coverage.complete, sources: coverage.sources.map((source) => sourceOf(source, to)) },
  };
}

function needOf(need: AnsweredNeed, to: Redaction): AnsweredNeed {
  const { service, protocol, host, port, path, abstract, needed, checkedAs, configuration, state, holders } = need;
  return {
    service: to.replacers.service(service),
    protocol,
    host: to.orNull(host, to.rowHost),
    port,
    path: to.orNull(path, to.path),
    abstract: to.orNull(abstract, to.abstract),
    needed,
    checkedAs,
    configuration:
      configuration === null
        ? null
        : {
            key: configuration.key,
            value: to.setting(configuration.value),
            path: to.orNull(configuration.path, to.path),
            line: configuration.line,
          },
    state,
    holders: holders.map((holder) => holderOf(holder, to)),
    unknown: faultsOf(need.unknown, to),
  };
}
