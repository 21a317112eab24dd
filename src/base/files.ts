import fs from 'node:fs';
import { promisify } from 'node:util';

// As in node:fs/promises, which takes three milliseconds to load.
export const lstat = promisify(fs.lstat);
export const readdir = promisify(fs.readdir);
export const readFile = promisify(fs.readFile);
export const readlink = promisify(fs.readlink);
export const stat = promisify(fs.stat);
