import type { Deadline } from '../../base/deadline.js';
import { version } from '../../base/version.js';
import type { Netns } from '../../kernel/addon.js';
import type { NetworkInterface } from '../../kernel/network/addresses.js';
import type { OwnedListener } from '../../kernel/owners/owner.js';
import { endpointText } from '../../node/flag_value.js';
import type { Row } from '../../spec/rows.js';
import { applyNotes } from '../../verdict/applied_row.js';
import {
  CLAIM_GROUPS,
  CLAIM_NAMES,
  type Claim,
  type ClaimGroup,
  type ClaimName,
  type UnaskedRow,
} from '../../verdict/claim.js';
import type { ClaimEvidence } from '../../verdict/claim_codes.js';
import { expectedOf } from '../../verdict/evaluate.js';
import { claimText, renderClaim } from '../../verdict/text/claim.js';
import type { EvaluatedCapture } from '../evaluate_node.js';
import { ask, type Question, type Reply } from './ask.js';
import { type AskedClaims, askedClaims, type Way } from './asked_claims.js';
import { type Endpoint, endpointsOf } from './endpoints.js';
import { type Judgement, judge, unverified } from './judge.js';

/** What to ask. */
export interface ProbeOptions {
  readonly groups: readonly ClaimGroup[];
  /** Services that are not probed. */
  readonly skip: readonly string[];
}

/** What was asked. */
export interface Probed {
  readonly claims: readonly Claim[];
  readonly unasked: readonly UnaskedRow[];
}

/** For one connection, from its first packet to the answer. */
const ASK_MS = 2_000;

/**
 * Asks the listeners of a node what the page and its notes claim of them: one connection at a time, without credentials, and only
 * listeners whose owner is the row's service, whatever the verdict on their address.
 */
export async function probe(
  evaluated: Pick<EvaluatedCapture, 'spec' | 'role' | 'evaluation' | 'sockets' | 'network'>,
  netns: Netns | null,
  { groups, skip }: ProbeOptions,
  deadline: Deadline,
): Promise<Probed> {
  const { spec, role, evaluation, sockets, network } = evaluated;
  const names = new Set(groups.flatMap((group) => CLAIM_GROUPS[group]));
  const byId = new Map(sockets.map((socket) => [socket.id, socket]));
  const claims: Claim[] = [];
  const unasked: UnaskedRow[] = [];
  for (const [at, row] of spec.rows.entries()) {
    const finding = evaluation.findings[at];
    if (finding === undefined) continue;
    if (finding.matchedBy === null && finding.verdict !== 'wrong-owner') continue;
    const { service } = applyNotes(row, spec.notes, role.role);
    const { claims: known, why } = askedClaims(row, spec.notes);
    const isSkipped = skip.includes(row.service) || skip.includes(service);
    if (isSkipped || known.size === 0) {
      unasked.push(unaskedRow(row, isSkipped ? { code: 'skipped', params: {} } : whyNothing(why)));
      continue;
    }
    const asked = new Map([...known].filter(([name]) => names.has(name)));
    // A neighbour that takes part of the address must not make the claims disappear.
    if (finding.matchedBy === null) {
      claims.push(...unverifiedClaims(row, asked, null, 'owner-differs'));
      continue;
    }
    const own = finding.sockets.flatMap((id) => byId.get(id) ?? []);
    const target = { row, own, all: sockets, service, interfaces: network.interfaces, isTls: known.has('tls') };
    for await (const claim of askRow(target, asked, netns, spec.notes, deadline)) claims.push(claim);
  }
  return { claims, unasked };
}

function whyNothing(why: string | null): ClaimEvidence {
  return why === null ? { code: 'nothing-claimed', params: {} } : { code: 'nothing-to-ask', params: { why } };
}

function unaskedRow(row: Row, evidence: ClaimEvidence): UnaskedRow {
  return { row: expectedOf(row), evidence, message: claimText(evidence) };
}

interface Target {
  readonly row: Row;
  readonly own: readonly OwnedListener[];
  readonly all: readonly OwnedListener[];
  readonly service: string;
  readonly interfaces: readonly NetworkInterface[];
  readonly isTls: boolean;
}

async function* askRow(
  { row, own, all, service, interfaces, isTls }: Target,
  asked: AskedClaims['claims'],
  netns: Netns | null,
  notes: EvaluatedCapture['spec']['notes'],
  deadline: Deadline,
): AsyncGenerator<Claim> {
  const fields = { row: expectedOf(row), certificate: null };
  if (row.kind === 'unix' || row.protocol !== 'tcp') {
    yield* unverifiedClaims(row, asked, null, 'not-tcp');
    return;
  }
  const endpoints = endpointsOf(own, all, service, notes, interfaces);
  if (endpoints.length === 0) yield* unverifiedClaims(row, asked, null, 'owner-differs');
  for (const endpoint of endpoints) {
    const place = endpointText(endpoint);
    const { refusal } = endpoint;
    if (refusal !== null) {
      yield* unverifiedClaims(row, asked, place, refusal);
      continue;
    }
    const answers = await askEndpoint(endpoint, asked, isTls, netns, deadline);
    for (const claim of CLAIM_NAMES) {
      const answer = answers.get(claim);
      if (answer === undefined) continue;
      const certificate = claim === 'certificate-valid' ? answer.reply.certificate : null;
      yield renderClaim({ ...fields, claim, endpoint: place, ...answer.judgement, certificate });
    }
  }
}

function unverifiedClaims(
  row: Row,
  asked: AskedClaims['claims'],
  endpoint: string | null,
  code: NonNullable<Endpoint['refusal']> | 'not-tcp',
): Claim[] {
  const fields = { row: expectedOf(row), certificate: null, endpoint, ...unverified({ code, params: {} }) };
  return Array.from(asked.keys(), (claim) => renderClaim({ ...fields, claim }));
}

interface Answer {
  readonly reply: Reply;
  readonly judgement: Judgement;
}

/** As many connections as are needed for different questions; no further one to a listener that did not let itself be asked. */
async function askEndpoint(
  { address, port }: Endpoint,
  asked: AskedClaims['claims'],
  isTls: boolean,
  netns: Netns | null,
  deadline: Deadline,
): Promise<ReadonlyMap<ClaimName, Answer>> {
  const answers = new Map<ClaimName, Answer>();
  const common = { netns, address, port, isTls, userAgent: `k8s-sockwatch/${version()} (probe)`, ms: ASK_MS };
  let useless: Reply | null = null;
  for (const { claims, path, isAboutCertificate } of groupedQuestions(asked)) {
    const question: Question = { ...common, path, isAboutCertificate };
    const reply: Reply | null = useless ?? (await askInTime(question, deadline));
    for (const claim of claims) {
      if (answers.has(claim)) continue;
      if (reply === null) {
        answers.set(claim, { reply: NO_REPLY, judgement: unverified({ code: 'out-of-time', params: {} }) });
      } else {
        const judgement = judge(claim, reply, {
          seconds: ASK_MS / 1000,
          now: Date.now(),
          path: pathOf(asked.get(claim)),
        });
        answers.set(claim, { reply, judgement });
      }
    }
    if (reply !== null && isUseless(reply, isTls)) useless = reply;
  }
  return answers;
}

const NO_REPLY: Reply = { outcome: { kind: 'silent' }, tlsVersion: null, certificate: null };

async function askInTime(question: Question, deadline: Deadline): Promise<Reply | null> {
  deadline.throwIfAborted();
  return deadline.isOver ? null : deadline.within<Reply | null>(askTwice(question), () => null);
}

/** A listener without TLS may take a handshake for a bad request, and hang up: it is asked in plain words then. */
async function askTwice(question: Question): Promise<Reply> {
  const reply = await ask(question);
  if (!question.isTls || reply.tlsVersion !== null || reply.outcome.kind !== 'closed') return reply;
  const plain = await ask({ ...question, isTls: false, isAboutCertificate: false, path: '/' });
  return plain.outcome.kind === 'status' ? { ...reply, outcome: { kind: 'not-tls' } } : reply;
}

/** Whether asking for something else would end the same way. */
function isUseless({ outcome, tlsVersion }: Reply, isTls: boolean): boolean {
  if (outcome.kind === 'not-connected') return true;
  return isTls ? tlsVersion === null : outcome.kind === 'silent';
}

interface GroupedQuestion {
  readonly claims: readonly ClaimName[];
  readonly path: string | null;
  readonly isAboutCertificate: boolean;
}

/** Claims of the handshake are answered by any connection; each path takes one of its own. */
function groupedQuestions(asked: AskedClaims['claims']): GroupedQuestion[] {
  const shaken = [...asked].filter(([, way]) => way === 'handshake').map(([claim]) => claim);
  const paths = new Map<string | null, ClaimName[]>();
  for (const [claim, way] of asked) {
    if (way !== 'handshake') paths.set(pathOf(way), [...(paths.get(pathOf(way)) ?? []), claim]);
  }
  const questions = [...paths].map(([path, claims]) => ({ claims, path, isAboutCertificate: false }));
  if (shaken.includes('client-certificate'))
    return [{ claims: shaken, path: '/', isAboutCertificate: true }, ...questions];
  const [first, ...rest] = questions;
  if (first === undefined)
    return shaken.length === 0 ? [] : [{ claims: shaken, path: null, isAboutCertificate: false }];
  return [{ ...first, claims: [...shaken, ...first.claims] }, ...rest];
}

function pathOf(way: Way | undefined): string | null {
  return typeof way === 'object' ? way.path : null;
}
