import {
  chmodSync,
  lchownSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import t, { type Test } from 'tap';
import { writeAtomic, writeNew } from '../../src/report/write_output.js';
import { shortDirectory } from '../kernel/sockets/live.js';

const uid = process.getuid?.();
const notRoot = uid === 0 ? false : `needs root to make links of another user, not user ${uid}`;
const OTHER = 65534;
const failed = { name: 'SockwatchError', code: 'ERR_OUTPUT' };

/** A directory as /tmp is, and a directory of the victim, with one file each way. */
function shared(t: Test): { readonly tmp: string; readonly home: string } {
  const root = shortDirectory(t);
  const [tmp, home] = [`${root}/tmp`, `${root}/home`];
  for (const directory of [tmp, home]) mkdirSync(directory);
  chmodSync(tmp, 0o1777);
  writeFileSync(`${home}/victim`, 'kept');
  return { tmp, home };
}

function plant(target: string, link: string): void {
  symlinkSync(target, link);
  lchownSync(link, OTHER, OTHER);
}

t.test('a link that another user planted in a shared directory is not followed', { skip: notRoot }, async (t) => {
  const { tmp, home } = shared(t);
  plant(`${home}/victim`, `${tmp}/out`);
  plant(`${home}/new`, `${tmp}/dangling`);
  plant(home, `${tmp}/directory`);
  plant('out', `${tmp}/second`);
  symlinkSync('out', `${tmp}/own`);
  const cases = [
    ['out', 'out'],
    ['dangling', 'dangling'],
    ['directory/victim', 'directory'],
    ['directory/../home/victim', 'directory'],
    ['second', 'second'],
    ['own', 'out'],
  ] as const;
  for (const [path, link] of cases) {
    const message = `cannot write ${tmp}/${path}: "${link}" is a symbolic link that another user (uid ${OTHER}) made`;
    await t.rejects(writeAtomic(`${tmp}/${path}`, 'x'), { ...failed, message }, path);
  }
  t.equal(readFileSync(`${home}/victim`, 'utf8'), 'kept');
  t.strictSame(readdirSync(home), ['victim']);
  t.strictSame(readdirSync(tmp).sort(), ['dangling', 'directory', 'out', 'own', 'second'], 'no temporary file');
});

t.test('links of this user, and of the owner of their directory, are followed', { skip: notRoot }, async (t) => {
  const { tmp, home } = shared(t);
  symlinkSync(home, `${tmp}/directory`);
  symlinkSync('directory/victim', `${tmp}/out`);
  lchownSync(home, OTHER, OTHER);
  plant('victim', `${home}/theirs`);
  for (const path of [`${tmp}/out`, `${tmp}/directory/victim`, `${home}/theirs`, `${tmp}/../home/victim`]) {
    await writeAtomic(path, path);
    t.equal(readFileSync(`${home}/victim`, 'utf8'), path);
  }
  t.strictSame(readdirSync(home).sort(), ['theirs', 'victim']);
});

t.test('a hard link to the file of a victim is replaced, not written to', async (t) => {
  const { tmp, home } = shared(t);
  linkSync(`${home}/victim`, `${tmp}/out`);
  await writeAtomic(`${tmp}/out`, 'new');
  t.equal(readFileSync(`${home}/victim`, 'utf8'), 'kept');
  t.equal(readFileSync(`${tmp}/out`, 'utf8'), 'new');
});

t.test('writeNew follows no link, even of this user', async (t) => {
  const { tmp, home } = shared(t);
  symlinkSync(`${home}/victim`, `${tmp}/out`);
  symlinkSync(`${home}/new`, `${tmp}/dangling`);
  symlinkSync(home, `${tmp}/directory`);
  for (const name of ['out', 'dangling']) {
    await t.rejects(writeNew(`${tmp}/${name}`, 'x'), { ...failed, message: /: it exists and is not a regular file$/ });
  }
  const message = `cannot write ${tmp}/directory/new: "directory" in its path is a symbolic link`;
  await t.rejects(writeNew(`${tmp}/directory/new`, 'x'), { ...failed, message });
  t.strictSame(readdirSync(home), ['victim']);
  t.equal(readFileSync(`${home}/victim`, 'utf8'), 'kept');
  await writeNew(`${tmp}/new`, 'text');
  t.equal(readFileSync(`${tmp}/new`, 'utf8'), 'text');
});

t.test('a loop of links, and paths that end in a directory', async (t) => {
  const { tmp } = shared(t);
  symlinkSync('loop', `${tmp}/loop`);
  await t.rejects(writeAtomic(`${tmp}/loop`, 'x'), { ...failed, message: /: too many links$/ });
  for (const path of ['/', '.', '..', tmp, `${tmp}/`, `${tmp}/.`, `${tmp}/..`]) {
    await t.rejects(writeAtomic(path, 'x'), { ...failed, message: /: it exists and is not a regular file$/ }, path);
  }
  await t.rejects(writeAtomic(`${tmp}/new/`, 'x'), { ...failed, message: /: ENOENT: no such file or directory$/ });
  t.strictSame(readdirSync(tmp), ['loop']);
});
