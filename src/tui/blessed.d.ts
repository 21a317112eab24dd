/** The parts of blessed in use: its terminal, not its widgets. */
declare module 'blessed/lib/program.js' {
  import type { EventEmitter } from 'node:events';
  import type { ReadStream, WriteStream } from 'node:tty';

  interface ProgramOptions {
    readonly input: ReadStream;
    readonly output: WriteStream;
    /** false: do not read terminfo. */
    readonly tput: boolean;
    /** Mouse coordinates start at 0. */
    readonly zero: boolean;
  }

  class Program extends EventEmitter {
    constructor(options: ProgramOptions);
    readonly cols: number;
    readonly rows: number;
    /** Writes text unchanged. */
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

declare module 'blessed/lib/keys.js' {
  import type { EventEmitter } from 'node:events';

  const keys: {
    /** While `keypress` has a listener, emits it with character and key for each `data` event. */
    emitKeypressEvents(emitter: EventEmitter): void;
  };
  export default keys;
}
