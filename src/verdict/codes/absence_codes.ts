import type { VerdictCodes } from './verdict_codes.js';

/** What is said of rows that apply, and whose service is not listening or was not seen. */
export const ABSENCE_CODES = {
  'table-incomplete': {
    verdict: 'unverified',
    about: 'No listener was seen, but the socket table of the protocol was not read completely.',
    params: {},
  },
  'no-listener': {
    verdict: 'missing',
    about: 'Nothing is listening on the port.',
    params: { service: 'service' },
  },
  'place-unknown': {
    verdict: 'unverified',
    about:
      'Nothing is listening there, and whether the configuration of the node puts the service elsewhere could not be read.',
    params: { service: 'service' },
  },
  'unit-not-running': {
    verdict: 'missing',
    about: 'Nothing is listening: the unit of the service has no process. `state` is whether systemd starts it.',
    params: { service: 'service', unit: 'service', state: 'word' },
  },
  'unit-still-starting': {
    verdict: 'missing',
    about:
      'Nothing is listening: the unit of the service still runs the script that starts it, which waits for another service: `waitsFor`, where that is down (`causedBy`).',
    params: { service: 'service', unit: 'service', waitsFor: 'service?' },
  },
  'bound-not-listening': {
    verdict: 'missing',
    about: 'The service has the port, but does not listen: it accepts no connection.',
    params: { service: 'service', bound: 'socketIds' },
  },
  'runs-but-not-here': {
    verdict: 'missing',
    about:
      'Nothing is listening, although the service runs: `others` are its listeners on other rows, or one of its others.',
    params: { service: 'service', others: 'socketIds' },
  },
  'only-others-listen': {
    verdict: 'missing',
    about: 'Nothing is listening on the address of the row; other processes listen on other addresses of the port.',
    params: { service: 'service', others: 'socketIds' },
  },
  'stale-socket-file': {
    verdict: 'missing',
    about: 'The socket file exists, but no process in the network namespace is listening on it.',
    params: { service: 'service' },
  },
  'not-a-socket': {
    verdict: 'missing',
    about: 'A file that is not a socket is at the path.',
    params: { service: 'service' },
  },
  'no-socket-file': {
    verdict: 'missing',
    about: 'There is no file at the path.',
    params: { service: 'service' },
  },
  'socket-file-replaced': {
    verdict: 'missing',
    about: 'The listeners in `orphans` were bound to the path, but its file was removed or replaced since.',
    params: { service: 'service', orphans: 'socketIds' },
  },
  'no-listener-file-unchecked': {
    verdict: 'unverified',
    about: 'No listener has the path, but its file was not checked: a listener may be behind it under another name.',
    params: {},
  },
  'no-listener-file-unreadable': {
    verdict: 'unverified',
    about: 'No listener has the path, but its file could not be read: a listener may be behind it under another name.',
    params: {},
  },
} as const satisfies VerdictCodes;
