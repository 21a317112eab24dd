import { EventEmitter } from 'node:events';
import { StringDecoder } from 'node:string_decoder';
import type { ReadStream } from 'node:tty';
import { type BlessedKey, type Key, keyOf, splitKeys } from './keys.js';
import type { Background } from './theme.js';

export interface InputHandlers {
  readonly onKey: (key: Key) => void;
  /** Text that the terminal says was pasted. */
  readonly onPaste: (text: string) => void;
  /** The answer to ASK_BACKGROUND. */
  readonly onBackground: (background: Background) => void;
}

/** Asks for the colour of the background (OSC 11 of xterm's control sequences). */
export const ASK_BACKGROUND = '\x1b]11;?\x07';

const PASTE_START = '\x1b[200~';
const PASTE_END = '\x1b[201~';
/** A longer paste is cut; a filter needs a few words. */
const MAX_PASTE = 4_096;
/** An answer of the terminal (OSC, ECMA-48 8.3.89), which is never a key. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: the sequence consists of them
const ANSWER = /\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)/;
// biome-ignore lint/suspicious/noControlCharactersInRegex: the sequence consists of them
const BACKGROUND = /^\x1b\]11;rgba?:([\da-f]{1,4})\/([\da-f]{1,4})\/([\da-f]{1,4})[^\da-f]/i;
/** The beginning of a sequence at the end of a read; the next one has the rest. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: the sequences consist of them
const UNFINISHED = /\x1b(?:\[(?:M[\s\S]{0,2}|\[|<?[\d;]*)|O\d*|\][^\x07\x1b]{0,256}\x1b?)?$/;
/** How long the rest may take, of what may also be the Escape key, and of other sequences. */
const ESCAPE_MS = 50;
const SEQUENCE_MS = 1_000;

/** Passes on what the terminal sends: keys one at a time, and pasted text as a whole. Returns a function that ends it. */
export async function listenToInput(input: ReadStream, handlers: InputHandlers): Promise<() => void> {
  const { default: keys } = await import('blessed/lib/keys.js');
  const emitter = new EventEmitter();
  emitter.on('keypress', (character: string | undefined, blessedKey: BlessedKey | undefined) => {
    const key = keyOf(character, blessedKey ?? {});
    if (key !== null) handlers.onKey(key);
  });
  keys.emitKeypressEvents(emitter);
  const onKeys = (text: string): void => {
    for (const sequence of splitKeys(text)) emitter.emit('data', Buffer.from(sequence));
  };
  const parser = new InputParser({ ...handlers, onKeys });
  const decoder = new StringDecoder('utf8');
  const onData = (data: Buffer): void => parser.feed(decoder.write(data));
  input.on('data', onData);
  return () => {
    input.off('data', onData);
    parser.close();
  };
}

type ParserHandlers = Pick<InputHandlers, 'onPaste' | 'onBackground'> & { readonly onKeys: (text: string) => void };

/** Tells keys, pasted text and the terminal's answers apart. */
export class InputParser {
  readonly #handlers: ParserHandlers;
  /** What has been pasted so far; null: nothing is being pasted. */
  #pasted: string | null = null;
  /** The beginning of a sequence. */
  #unfinished = '';
  #timer: NodeJS.Timeout | undefined;

  constructor(handlers: ParserHandlers) {
    this.#handlers = handlers;
  }

  feed(text: string): void {
    clearTimeout(this.#timer);
    const all = this.#unfinished + text;
    this.#unfinished = '';
    if (this.#pasted !== null) this.#paste(this.#pasted + all);
    else this.#read(all);
  }

  /** Waits for nothing more. */
  close(): void {
    clearTimeout(this.#timer);
  }

  #paste(all: string): void {
    const end = all.indexOf(PASTE_END);
    // What is kept is enough to find an end that comes in two parts.
    this.#pasted = end < 0 ? all.slice(0, MAX_PASTE) + all.slice(MAX_PASTE).slice(-PASTE_END.length) : null;
    if (end < 0) return;
    this.#handlers.onPaste(all.slice(0, Math.min(end, MAX_PASTE)));
    this.#read(all.slice(end + PASTE_END.length));
  }

  #read(text: string): void {
    const start = text.indexOf(PASTE_START);
    if (start >= 0) {
      this.#keys(text.slice(0, start));
      this.#paste(text.slice(start + PASTE_START.length));
      return;
    }
    const [unfinished = ''] = UNFINISHED.exec(text) ?? [];
    this.#keys(text.slice(0, text.length - unfinished.length));
    if (unfinished === '') return;
    this.#unfinished = unfinished;
    const flush = (): void => {
      this.#unfinished = '';
      this.#keys(unfinished);
    };
    this.#timer = setTimeout(flush, unfinished === '\x1b' ? ESCAPE_MS : SEQUENCE_MS);
  }

  #keys(text: string): void {
    const [answer] = ANSWER.exec(text) ?? [];
    if (answer === undefined) {
      if (text !== '') this.#handlers.onKeys(text);
      return;
    }
    const [background, ...channels] = BACKGROUND.exec(answer) ?? [];
    if (background !== undefined) this.#handlers.onBackground(brightnessOf(channels));
    this.#keys(text.replace(answer, ''));
  }
}

/** Channels are hexadecimal numbers of one to four digits. */
function brightnessOf(channels: readonly string[]): Background {
  const [red = 0, green = 0, blue = 0] = channels.map((one) => Number.parseInt(one, 16) / (16 ** one.length - 1));
  // Weights of ITU-R BT.709.
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue > 0.5 ? 'light' : 'dark';
}
