import type { OwnedListener } from '../../src/kernel/owners/owner.js';
import type { SnapshotDocument } from '../../src/snapshot/document/document.js';
import { type Glyphs, UNICODE } from '../../src/tui/glyphs.js';
import type { Line } from '../../src/tui/line.js';
import { type Effect, pressed } from '../../src/tui/press.js';
import { initialState, type State } from '../../src/tui/state.js';
import { widthOf } from '../../src/tui/text.js';
import { learned, selectedItem, settle, type Update } from '../../src/tui/update.js';
import { frameOf } from '../../src/tui/views/frame.js';
import { documentOf } from '../snapshot/document/document.js';
import { capture, held, row, socketFile, spec, unixRow } from '../verdict/factory.js';

/* A screen without a terminal. */

/** 2026-01-31 12:00:10 UTC: ten seconds after the documents of test/document. */
export const NOW = Date.UTC(2026, 0, 31, 12, 0, 10);

export const ROWS = [
  row('localhost:10248', 'kubelet'),
  row('*:10250', 'kubelet'),
  row('localhost:9879', 'cilium-agent'),
  row('default:6400', 'k8sd', { role: 'control-plane' }),
  unixRow('/run/containerd/containerd.sock', 'containerd'),
];

export const KUBELET = held('kubelet', '127.0.0.1', 10248, { backlog: { current: 0, max: 4096 } });
export const KUBELET_API = held('kubelet', '0.0.0.0', 10250);
export const CILIUM = held('cilium-agent', '0.0.0.0', 9879);
export const SOCKETS = [KUBELET, KUBELET_API, CILIUM];

/** Whoever listens on a port and has no business there. */
export function stranger(port: number, name = 'nc', changes: Partial<OwnedListener> = {}): OwnedListener {
  return held(name, '0.0.0.0', port, changes);
}

export function nodeWith(sockets: readonly OwnedListener[]): SnapshotDocument {
  const files = [socketFile('/run/containerd/containerd.sock', { state: 'absent', device: null, inode: null })];
  return documentOf(spec(ROWS), capture(sockets, { files }));
}

export function look(document: SnapshotDocument): Update {
  return { kind: 'look', document };
}

export interface Size {
  readonly width: number;
  readonly height: number;
}

export const SMALL: Size = { width: 80, height: 24 };
export const LARGE: Size = { width: 200, height: 60 };

/** A screen that has seen these documents one after the other. */
export function screenWith(documents: readonly SnapshotDocument[], changes: Partial<State> = {}): State {
  const start: State = { ...initialState({ kind: 'live' }, SMALL, NOW), ...changes };
  return documents.reduce((state, document) => see(state, look(document)), settle(start, UNICODE));
}

export function see(state: State, update: Update, glyphs: Glyphs = UNICODE): State {
  return settle(learned(state, update), glyphs);
}

/** Keys one after the other; a word is a key of that name, what begins with `:` is typed letter by letter. */
export function press(state: State, keys: string): State {
  return keysIn(keys).reduce((before, name) => pressKey(before, name).state, state);
}

export function effectOf(state: State, key: string): Effect | null {
  return pressKey(state, key).effect;
}

function keysIn(keys: string): string[] {
  return keys.split(' ').flatMap((word) => (word.length > 1 && word.startsWith(':') ? [...word.slice(1)] : [word]));
}

function pressKey(state: State, name: string) {
  return pressed(state, { name, character: name.length === 1 ? name : null }, UNICODE);
}

export function textOf(line: Line): string {
  return line.map(({ text }) => text).join('');
}

export function textsOf(state: State, glyphs: Glyphs = UNICODE): string[] {
  return frameOf(state, glyphs).map(textOf);
}

export function screenText(state: State, glyphs: Glyphs = UNICODE): string {
  return textsOf(state, glyphs).join('\n');
}

/** The line under the cursor, on the screen. */
export function cursorLine(state: State): { readonly at: number; readonly text: string } | null {
  const lines = frameOf(state, UNICODE);
  const at = lines.findIndex((line) => line.some(({ selected }) => selected));
  const found = lines[at];
  if (found === undefined) return null;
  return { at, text: textOf(found.filter(({ selected }) => selected)) };
}

export function selectedKey(state: State): string | null {
  return selectedItem(state)?.key ?? null;
}

/** What is wrong with a frame: it must have exactly its lines, none too wide, and nothing that acts on a terminal. */
export function faultsOf(state: State, glyphs: Glyphs = UNICODE): string[] {
  const { width, height } = state.size;
  const texts = textsOf(state, glyphs);
  return [
    ...(texts.length === height ? [] : [`${texts.length} lines instead of ${height}`]),
    ...texts.filter((text) => widthOf(text) > width).map((text) => `wider than ${width}: ${text}`),
    ...texts.filter((text) => ACTS.test(text)).map((text) => `acts: ${JSON.stringify(text)}`),
    ...(glyphs.ascii ? texts.filter((text) => /[^\x20-\x7e]/.test(text)).map((text) => `not ASCII: ${text}`) : []),
  ];
}

const ACTS = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/u;
