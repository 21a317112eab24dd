export interface Binding {
  readonly keys: readonly string[];
  /** The keys as the help screen shows them. */
  readonly label: string;
  readonly help: string;
  /** It does nothing in a recording. */
  readonly isLive?: true;
}

export interface BindingGroup {
  readonly title: string;
  readonly column: 'left' | 'right';
  readonly bindings: readonly Binding[];
}

/** The help screen's list of keys; handle_key.ts and scroll.ts implement them. */
export const BINDING_GROUPS: readonly BindingGroup[] = [
  {
    title: 'Move',
    column: 'left',
    bindings: [
      { keys: ['up', 'k', 'down', 'j'], label: 'arrows, j k', help: 'one line' },
      { keys: ['pageup', 'C-b', 'pagedown', 'C-f', 'C-u', 'C-d'], label: 'PgUp/Dn ^U/^D', help: 'a page, half a page' },
      { keys: ['g', 'home', 'G', 'end'], label: 'g G', help: 'first line, last line' },
      { keys: ['n', 'N'], label: 'n N', help: 'next, previous fault' },
      { keys: [':'], label: ':', help: 'to a port, name or view' },
      { keys: ['tab', 'S-tab', '1', '2', '3'], label: 'Tab, 1 2 3', help: 'views' },
    ],
  },
  {
    title: 'Selected line',
    column: 'left',
    bindings: [
      { keys: ['return'], label: 'Enter', help: 'details, what to do' },
      { keys: ['e'], label: 'e', help: 'its events' },
      { keys: ['c'], label: 'c', help: 'copy address, pid, advice' },
      { keys: [' '], label: 'Space', help: 'pin to the top, or unpin' },
    ],
  },
  {
    title: 'List',
    column: 'right',
    bindings: [
      { keys: ['/'], label: '/', help: 'filter: word !not a|b' },
      { keys: ['f', 's', 'S'], label: 'f s S', help: 'faults; sort, reversed' },
      { keys: ['left', 'h', 'right', 'l'], label: 'arrows, h l', help: 'scroll columns' },
      { keys: ['escape'], label: 'Esc', help: 'close; clear the filter' },
    ],
  },
  {
    title: 'Screen',
    column: 'right',
    bindings: [
      { keys: ['p'], label: 'p', help: 'pause; watching goes on', isLive: true },
      { keys: ['r', 'a'], label: 'r a', help: 'read now; probe TLS, auth', isLive: true },
      { keys: ['w', 'm'], label: 'w m', help: 'save; mouse selects text' },
      { keys: ['?', 'f1', 'i'], label: '? i', help: 'this help; what is unseen' },
      { keys: ['q'], label: 'q', help: 'close; quits from a list' },
      { keys: ['C-l', 'C-z', 'C-c'], label: '^L ^Z ^C', help: 'repaint, suspend, quit' },
    ],
  },
];
