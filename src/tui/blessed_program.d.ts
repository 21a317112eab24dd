/** The part of blessed that is used here: its terminal, without its widgets. */
declare module 'blessed/lib/program.js' {
  import type { EventEmitter } from 'node:events';
  import type { ReadStream, WriteStream } from 'node:tty';

  interface ProgramOptions {
    readonly input: ReadStream;
    readonly output: WriteStream;
    /** false: no terminfo is read. */
    readonly tput: boolean;
    /** Coordinates of the mouse count from 0. */
    readonly zero: boolean;
  }

  class Program extends EventEmitter {
    constructor(options: ProgramOptions);
    readonly cols: number;
    readonly rows: number;
    /** Writes as it is. */
    write(text: string): void;
    setMode(mode: string): void;
    resetMode(mode: string): void;
    hideCursor(): void;
    showCursor(): void;
    setMouse(modes: { readonly vt200Mouse: boolean; readonly sgrMouse: boolean }, enable: boolean): void;
    disableMouse(): void;
    destroy(): void;
  }

  export default Program;
}

/** What a terminal sends as keys. */
declare module 'blessed/lib/keys.js' {
  import type { EventEmitter } from 'node:events';

  const keys: {
    /** Makes an emitter of `data` one of `keypress`, with the character and the key, for as long as somebody listens to that. */
    emitKeypressEvents(emitter: EventEmitter): void;
  };
  export default keys;
}
