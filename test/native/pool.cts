/**
 * `node pool.cjs ADDON NETNS`: starts libuv's thread pool inside a callback of inNetns(), and prints the namespaces that the
 * process's threads are in. CommonJS, because loading an ES module would start the pool earlier.
 */

import fs = require('node:fs');
import type { Addon } from '../../src/kernel/addon.js' with { 'resolution-mode': 'import' };

const [, , addon = '', netns = ''] = process.argv;
const { inNetns, readInNetns } = require(addon) as Addon;

const home = fs.readlinkSync('/proc/self/ns/net');

inNetns(netns, () => readInNetns(null, '/proc/self/comm')).then(() => {
  const threads = fs.readdirSync('/proc/self/task').map((task) => fs.readlinkSync(`/proc/self/task/${task}/ns/net`));
  console.log(threads.every((one) => one === home) ? 'all in the original namespace' : `home is ${home}, threads are in ${threads}`);
}, console.error);
