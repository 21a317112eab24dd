import { UNPRINTABLE } from '../../src/base/text.js';
import type { OwnedListener } from '../../src/kernel/owners/owner.js';
import type { Change, Closed, Opened } from '../../src/snapshot/document/change.js';
import type { SnapshotDocument } from '../../src/snapshot/document/document.js';
import { UNICODE } from '../../src/tui/glyphs.js';
import { type Effect, handleKey, type KeyResult } from '../../src/tui/handle_key.js';
import type { Line } from '../../src/tui/line.js';
import { frameOf } from '../../src/tui/render/frame.js';
import { clampSelection, selectedItem } from '../../src/tui/selection.js';
import { initialState, type State } from '../../src/tui/state.js';
import { widthOf } from '../../src/tui/text.js';
import { applyUpdate } from '../../src/tui/update.js';
import type { WatchUpdate } from '../../src/watch/watcher.js';
import { documentOf } from '../snapshot/document/document.js';
import { capture, held, row, socketFile, spec, unixRow } from '../verdict/factory.js';

/* The screen without a terminal. */

/** Ten seconds after the documents of test/snapshot/document were captured. */
export const NOW = Date.UTC(2026, 0, 31, 12, 0, 10);

/** So many seconds later. */
export function at(second = 0): string {
  return new Date(NOW + second * 1000).toISOString();
}

export function opened(socket: OwnedListener, second = 0): Opened {
  return { event: 'opened', at: at(second), seenBy: 'kernel', socket };
}

export function closed(socket: OwnedListener, second = 0): Closed {
  return { event: 'closed', at: at(second), seenBy: 'kernel', socket };
}

/** Events that were lost: a fault without a place. */
export function lost(count = 1): Change {
  return { event: 'lost', at: at(), count, suppressed: 0 };
}

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

/** A listener that is in neither the page nor the notes. */
export function unexpected(port: number, name = 'nc', changes: Partial<OwnedListener> = {}): OwnedListener {
  return held(name, '0.0.0.0', port, changes);
}

export function nodeWith(sockets: readonly OwnedListener[]): SnapshotDocument {
  const files = [socketFile('/run/containerd/containerd.sock', { state: 'absent', device: null, inode: null })];
  return documentOf(spec(ROWS), capture(sockets, { files }));
}

export const SMALL: State['size'] = { width: 80, height: 24 };
export const LARGE: State['size'] = { width: 200, height: 60 };

export function emptyScreen(changes: Partial<State> = {}): State {
  const options = { source: { kind: 'live' }, glyphs: UNICODE, size: SMALL, now: NOW, actions: [] } as const;
  return clampSelection({ ...initialState(options), ...changes });
}

/** The screen after these snapshots. */
export function screenWith(documents: readonly SnapshotDocument[], changes: Partial<State> = {}): State {
  return documents.reduce(withSnapshot, emptyScreen(changes));
}

export function withSnapshot(state: State, document: SnapshotDocument): State {
  return withUpdate(state, { kind: 'snapshot', document });
}

export function withEvents(state: State, ...changes: readonly Change[]): State {
  return changes.reduce((before, change) => withUpdate(before, { kind: 'change', change }), state);
}

function withUpdate(state: State, update: WatchUpdate): State {
  return clampSelection(applyUpdate(state, update));
}

/** The screen with other settings, such as another size. */
export function resized(state: State, changes: Partial<State>): State {
  return clampSelection({ ...state, ...changes });
}

/** Presses keys by name, separated by spaces. A word that begins with `:` is typed letter by letter. */
export function press(state: State, keys: string): State {
  return keysIn(keys).reduce((before, name) => clampSelection(pressKey(before, name).state), state);
}

export function effectOf(state: State, key: string): Effect | null {
  return pressKey(state, key).effect;
}

function keysIn(keys: string): string[] {
  return keys.split(' ').flatMap((word) => (word.length > 1 && word.startsWith(':') ? [...word.slice(1)] : [word]));
}

function pressKey(state: State, name: string): KeyResult {
  return handleKey(state, { name, character: name.length === 1 ? name : null });
}

export function textOf(line: Line): string {
  return line.map(({ text }) => text).join('');
}

export function linesOf(state: State): string[] {
  return frameOf(state).map(textOf);
}

export function screenText(state: State): string {
  return linesOf(state).join('\n');
}

/** The highlighted text and the number of its line; null if nothing is highlighted. */
export function selectedLine(state: State): { readonly at: number; readonly text: string } | null {
  const lines = frameOf(state);
  const at = lines.findIndex((line) => line.some(({ selected }) => selected));
  const found = lines[at];
  return found === undefined ? null : { at, text: textOf(found.filter(({ selected }) => selected)) };
}

/** With a bar before the character that the cursor is on. */
export function footerOf(state: State): string {
  return (frameOf(state).at(-1) ?? []).map(({ text, style }) => (style === 'inverse' ? `▏${text}` : text)).join('');
}

export function selectedKey(state: State): string | null {
  return selectedItem(state)?.key ?? null;
}

/** What is wrong with a frame: its size, or text that acts on the terminal. */
export function frameErrors(state: State): string[] {
  const { width, height } = state.size;
  const lines = linesOf(state);
  return [
    ...(lines.length === height ? [] : [`${lines.length} lines instead of ${height}`]),
    ...lines.filter((text) => widthOf(text) > width).map((text) => `wider than ${width}: ${text}`),
    ...lines.filter((text) => text.search(UNPRINTABLE) >= 0).map((text) => `unprintable: ${JSON.stringify(text)}`),
    ...lines.filter((text) => state.glyphs.ascii && /[^\x20-\x7e]/.test(text)).map((text) => `not ASCII: ${text}`),
  ];
}
