import { BUNDLER_HINT, SockwatchError } from './errors.js';

/** As in package.json. src/cli/main.cts has the same test, which older releases can read. */
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
if (major < 20 || (major === 20 && minor < 11)) {
  throw new SockwatchError(
    'ERR_NATIVE_LOAD',
    `k8s-sockwatch needs Node 20.11 or later, and this is ${process.version}`,
  );
}

/** Undefined where a bundler has made a CommonJS module of this one. */
const url: string | undefined = import.meta.url;
if (url === undefined) {
  throw new SockwatchError('ERR_NATIVE_LOAD', 'k8s-sockwatch cannot locate its files', { hint: BUNDLER_HINT });
}
