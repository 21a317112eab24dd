import stringWidth from 'string-width';

/** An index into the palette of 256 colours, or red, green and blue. */
export type Colour = number | readonly [red: number, green: number, blue: number];

export interface Style {
  readonly foreground: Colour | null;
  readonly background: Colour | null;
  readonly bold: boolean;
  readonly dim: boolean;
  readonly italic: boolean;
  readonly underline: boolean;
  readonly inverse: boolean;
}

/** Text of one style in one line. */
export interface Run {
  readonly text: string;
  readonly style: Style;
  /** From 0. */
  readonly column: number;
  readonly width: number;
}

const PLAIN: Style = {
  foreground: null,
  background: null,
  bold: false,
  dim: false,
  italic: false,
  underline: false,
  inverse: false,
};

const ESC = '\x1b';
const SEQUENCE = new RegExp(`${ESC}\\[([\\d;:]*)m`);

/**
 * Parses the output of `tmux capture-pane -e`. Its only escape sequences are SGR (ECMA-48, 8.3.117; colours as in xterm's
 * ctlseqs); a style stays in effect until it is changed, also over line ends.
 * @throws Error on any other control character
 */
export function parseScreen(lines: readonly string[]): Run[][] {
  let style = PLAIN;
  return lines.map((line) => {
    const runs: Run[] = [];
    let column = 0;
    // The matches of the capture group alternate with the text between them.
    for (const [at, part] of line.split(SEQUENCE).entries()) {
      if (at % 2 === 1) {
        style = withParameters(style, part);
        continue;
      }
      if (/\p{Cc}/u.test(part)) throw new Error(`a control character in ${JSON.stringify(part)}`);
      const width = stringWidth(part);
      if (width > 0) runs.push({ text: part, style, column, width });
      column += width;
    }
    return runs;
  });
}

function withParameters(before: Style, parameters: string): Style {
  let style = before;
  const codes = parameters.split(/[;:]/).map(Number);
  for (let code = codes.shift(); code !== undefined; code = codes.shift()) {
    if (code === 38 || code === 48) {
      const colour = extendedColour(codes);
      style = code === 38 ? { ...style, foreground: colour } : { ...style, background: colour };
    } else style = { ...style, ...styleOf(code) };
  }
  return style;
}

/** Takes `5;n` or `2;r;g;b`, which follow 38 or 48, off the front. */
function extendedColour(codes: number[]): Colour {
  const kind = codes.shift();
  const [first = 0] = codes.splice(0, 1);
  if (kind === 5) return first;
  const [green = 0, blue = 0] = codes.splice(0, 2);
  return [first, green, blue];
}

function styleOf(code: number): Partial<Style> {
  switch (code) {
    case 0:
      return PLAIN;
    case 1:
      return { bold: true };
    case 2:
      return { dim: true };
    case 3:
      return { italic: true };
    case 4:
      return { underline: true };
    case 7:
      return { inverse: true };
    case 22:
      return { bold: false, dim: false };
    case 23:
      return { italic: false };
    case 24:
      return { underline: false };
    case 27:
      return { inverse: false };
    case 39:
      return { foreground: null };
    case 49:
      return { background: null };
    default:
      return colourStyle(code);
  }
}

function colourStyle(code: number): Partial<Style> {
  if (code >= 30 && code <= 37) return { foreground: code - 30 };
  if (code >= 40 && code <= 47) return { background: code - 40 };
  if (code >= 90 && code <= 97) return { foreground: code - 90 + 8 };
  if (code >= 100 && code <= 107) return { background: code - 100 + 8 };
  return {};
}
