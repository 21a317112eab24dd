import { printable } from '../base/text.js';
import type { NodeState, PreflightDocument } from '../snapshot/preflight/document.js';
import type { AnsweredNeed } from '../verdict/obstacle.js';
import { holderText } from '../verdict/text/event.js';
import { listed } from '../verdict/text/format.js';
import { needText } from '../verdict/text/obstacle.js';
import { aligned } from './aligned.js';
import { fitted } from './line.js';

/** What is in the way, with what clears it, and every address: for a person, in pieces. */
export function* toPreflightTable(document: PreflightDocument): Generator<string> {
  for (const line of tableLines(document)) yield `${printable(line).trimEnd()}\n`;
}

const STATE: Readonly<Record<NodeState, string>> = {
  absent: 'Canonical Kubernetes is not installed here',
  installed: 'Canonical Kubernetes is installed here, and this is no node of a cluster',
  running: 'Canonical Kubernetes runs here already',
  unknown: 'whether this machine is a node of Canonical Kubernetes already could not be seen',
};

function* tableLines(document: PreflightDocument): Generator<string> {
  const { node, plan, obstacles, needs } = document;
  const source = { flag: '', node: ', as it is now', assumed: ', assumed' }[plan.roleSource];
  const config = plan.config === null ? '' : `, ${plan.config}`;
  const address = node.defaultAddresses.length === 0 ? 'no address of its own' : node.defaultAddresses.join(' ');
  yield `${node.hostname}  to be a ${plan.role} node${source}${plan.join ? ' that joins' : ''}${config}  ${address}`;
  yield `${STATE[node.state]}${node.release === null ? '' : ` (${node.release})`}; page ${plan.page}${plan.release === null ? '' : `, ${plan.release}`}`;
  yield `${headOf(document)}`;
  for (const { severity, message, advice } of obstacles) {
    yield '';
    yield `${severity}: ${message}`;
    yield `  ${advice.text}`;
    for (const command of advice.commands) yield `    ${command}`;
  }
  yield '';
  yield* aligned([['STATE', 'ADDRESS', 'CHECKED AS', 'BY'], ...needs.map((need) => rowOf(need, node.netns))]);
  yield* unseenLines(document);
}

function rowOf(need: AnsweredNeed, netns: string): string[] {
  const { state, holders, needed, checkedAs, configuration } = need;
  const why = [
    ...(needed === 'no' ? ['nothing needs it'] : needed === 'maybe' ? ['may be needed'] : []),
    ...(configuration === null ? [] : [`${configuration.key} is ${configuration.value}`]),
    ...(holders.length === 0
      ? []
      : [
          listed(
            holders.map((holder) => holderText(holder, netns)),
            '; ',
          ),
        ]),
  ];
  return [state, needText(need), checkedAs ?? '-', why.join('; ')];
}

function* unseenLines({ needs, coverage }: PreflightDocument): Generator<string> {
  const texts = coverage.sources.flatMap(({ name, status, error }) =>
    status === 'ok' ? [] : [`${name}: ${status}: ${error ?? 'no reason given'}`],
  );
  const places = needs.filter(({ unknown, state }) => unknown.length > 0 || state === 'unknown').map(needText);
  if (texts.length + places.length === 0) return;
  yield '';
  yield 'Not everything could be seen:';
  yield* texts;
  if (places.length > 0) yield `who else may have ${listed(places, ', ')}`;
}

function headOf({ result, obstacles, node }: PreflightDocument): string {
  const counts = obstacles.length === 1 ? '1 thing is' : `${obstacles.length} things are`;
  switch (result) {
    case 'in-the-way':
      return `${counts} in the way`;
    case 'incomplete':
      return 'nothing was seen in the way, and not everything could be seen';
    case 'clear':
      if (obstacles.length > 0) return `${counts} in the way, which --fail-on allows`;
      return node.state === 'running' ? 'nothing else is in its way' : 'nothing is in the way';
  }
}

/** The same in one line of at most 80 characters. */
export function toPreflightLine(document: PreflightDocument): string {
  const { obstacles, needs, result, coverage } = document;
  const texts = obstacles.map(({ code, needs: at, params }) => {
    const [first] = at.flatMap((index) => needs[index] ?? []);
    const name = 'name' in params ? ` ${params.name}` : '';
    return `${code}${name}${first === undefined ? '' : ` ${needText(first)}`}`;
  });
  const unseen = coverage.sources.flatMap(({ name, status }) => (status === 'ok' ? [] : [name]));
  const subjects = result === 'incomplete' ? unseen : texts;
  return `${fitted(LINE_HEAD[result], { texts: subjects, count: subjects.length })}\n`;
}

const LINE_HEAD: Readonly<Record<PreflightDocument['result'], string>> = {
  clear: 'clear',
  'in-the-way': 'in the way',
  incomplete: 'incomplete',
};
