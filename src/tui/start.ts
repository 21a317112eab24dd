import { SockwatchError } from '../base/errors.js';
import { type State, withList } from './state.js';
import { VIEW_NAMES, VIEWS, type ViewName } from './view.js';

/** --view, --sort and --filter. */
export interface StartOptions {
  readonly view?: string | undefined;
  readonly sort?: string | undefined;
  readonly filter?: string | undefined;
}

/** What is shown at first; null: what is usual. */
export interface Start {
  readonly view: ViewName;
  /** Index into `View.sortKeys`. */
  readonly sort: number | null;
  readonly filter: string;
}

/**
 * Case does not matter, since the screen shows these names in capitals.
 * @throws SockwatchError ERR_USAGE for a view or column that does not exist
 */
export function startOf({ view = 'page', sort, filter = '' }: StartOptions): Start {
  const name = VIEW_NAMES.find((one) => one === view.toLowerCase());
  if (name === undefined) throw notOneOf('view', VIEW_NAMES, view);
  if (sort === undefined) return { view: name, sort: null, filter };
  const { sortKeys } = VIEWS[name];
  const key = sortKeys.indexOf(sort.toLowerCase());
  if (key < 0) throw notOneOf('sort', sortKeys, sort);
  return { view: name, sort: key, filter };
}

function notOneOf(option: string, values: readonly string[], value: string): SockwatchError {
  return new SockwatchError(
    'ERR_USAGE',
    `--${option} must be one of ${values.join(', ')}, not ${JSON.stringify(value)}`,
  );
}

export function startWith(state: State, { view, sort, filter }: Start): State {
  const started = { ...state, view, filter };
  return sort === null ? started : withList(started, view, { sort });
}
