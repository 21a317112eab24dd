/**
 * `node pool.cjs ADDON NETNS`: has libuv start its threads inside a callback of inNetns(), and prints where each thread
 * of the process is then. CommonJS, because loading a module the other way starts those threads before.
 */

import fs = require('node:fs');
import type { Addon } from '../../src/kernel/addon.js' with { 'resolution-mode': 'import' };

const [, , addon = '', netns = ''] = process.argv;
const { inNetns, readInNetns } = require(addon) as Addon;

const home = fs.readlinkSync('/proc/self/ns/net');

inNetns(netns, () => readInNetns(null, '/proc/self/comm')).then(() => {
  const threads = fs.readdirSync('/proc/self/task').map((task) => fs.readlinkSync(`/proc/self/task/${task}/ns/net`));
  console.log(threads.every((one) => one === home) ? 'all at home' : `home is ${home}, threads are in ${threads}`);
}, console.error);
