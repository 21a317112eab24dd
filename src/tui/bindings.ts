export interface Binding {
  readonly keys: readonly string[];
  /** The keys as the help screen shows them. */
  readonly label: string;
  readonly help: string;
}

/** The help screen's list of keys; handle_key.ts implements them. */
export const BINDINGS: readonly Binding[] = [
  { keys: ['up', 'k', 'down', 'j'], label: 'arrows, j k', help: 'move one line up or down' },
  {
    keys: ['pageup', 'C-b', 'pagedown', 'C-f', 'g', 'home', 'G', 'end'],
    label: 'PgUp PgDn g G',
    help: 'one page up or down, first line, last line',
  },
  { keys: ['tab', 'S-tab', '1', '2', '3'], label: 'Tab, 1 2 3', help: 'switch views: spec, listeners, events' },
  { keys: ['return'], label: 'Enter', help: 'show details of the selected line and what to do about it' },
  { keys: ['escape'], label: 'Esc', help: 'close details or help; clear the filter' },
  { keys: ['/'], label: '/', help: 'filter by words: port, process, verdict, pod' },
  { keys: ['s', 'o'], label: 's, o', help: 'change the sort key (spec: worst first); reverse the order' },
  { keys: ['f'], label: 'f', help: 'show only faults, or everything' },
  { keys: ['p'], label: 'p', help: 'pause or resume the screen; watching goes on' },
  { keys: ['r', 'C-l'], label: 'r, Ctrl-L', help: 'read everything again now; repaint the screen' },
  { keys: ['w'], label: 'w', help: 'save what is shown as a JSON snapshot in the working directory' },
  { keys: ['?'], label: '?', help: 'show or close this help' },
  { keys: ['q', 'C-c'], label: 'q, Ctrl-C', help: 'quit' },
];
