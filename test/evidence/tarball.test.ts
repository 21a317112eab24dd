import { open, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import t, { type Test } from 'tap';
import { Parser } from 'tar';
import { TAR_LIMITS, type TarLimits, tarMembers } from '../../src/evidence/tarball.js';
import { type Member, tarGzOf, tarOf } from './archive.js';

const JSON_TEXT = '{"schemaVersion": 1}';
const NODE = { path: 'node/snapshot.json', content: JSON_TEXT };

/** The items found, one line each. */
async function read(t: Test, bytes: Buffer, limits: Partial<TarLimits> = {}): Promise<string[]> {
  const path = join(t.testdir({}), 'x.tgz');
  await writeFile(path, bytes);
  const file = await open(path);
  const all: string[] = [];
  try {
    for await (const one of tarMembers(file, 'x.tgz', { ...TAR_LIMITS, ...limits })) {
      all.push(one.kind === 'refused' ? one.error.message : `${one.kind} ${one.source} ${Buffer.from(one.bytes)}`);
    }
  } finally {
    await file.close();
  }
  return all;
}

const FOUND = `snapshot x.tgz:node/snapshot.json ${JSON_TEXT}`;

t.test('evidence in compressed and uncompressed archives', async (t) => {
  const ss = 'LISTEN 0 5 127.0.0.1:1 0.0.0.0:*\n';
  const members: Member[] = [
    { path: './', type: 'Directory' },
    { path: './node/', type: 'Directory' },
    { path: './node/snapshot.json', content: JSON_TEXT },
    { path: './node/log.txt', content: 'x'.repeat(100_000) },
    { path: './node/ss -plnt', content: ss },
    { path: './node/network/any name', content: ss },
    { path: './node/ss_-s', content: 'Total: 42' },
    { path: './node/ss_-plntu', content: '' },
    { path: './node/hostname', content: 'node-1\n' },
    { path: `./${'long/'.repeat(15)}${'x'.repeat(40)}.json`, content: '{}' },
    { path: './node/link', type: 'SymbolicLink', linkpath: '../../etc/passwd' },
  ];
  const expected = [
    FOUND,
    `ss x.tgz:node/ss -plnt ${ss}`,
    `ss x.tgz:node/network/any name ${ss}`,
    'ss x.tgz:node/ss_-plntu ',
    'hostname x.tgz:node/hostname node-1\n',
    `snapshot x.tgz:${'long/'.repeat(15)}${'x'.repeat(40)}.json {}`,
  ];
  t.strictSame(await read(t, tarOf(members)), expected);
  t.strictSame(await read(t, tarGzOf(members)), expected);
});

t.test('refuses unsafe members by name and keeps the ones before', async (t) => {
  const cases: [member: Member, refusal: string][] = [
    [{ path: '../x.json', content: '{}' }, 'x.tgz:../x.json: expected a path within the archive, found one with ..'],
    [{ path: 'a/../../x.json' }, 'x.tgz:a/../../x.json: expected a path within the archive, found one with ..'],
    [{ path: '/etc/x.json' }, 'x.tgz:/etc/x.json: expected a path within the archive, found an absolute one'],
    [{ path: 'sda', type: 'BlockDevice' }, 'x.tgz:sda: expected files, found a device or pipe'],
    [{ path: 'tty', type: 'CharacterDevice' }, 'x.tgz:tty: expected files, found a device or pipe'],
    [{ path: 'pipe', type: 'FIFO' }, 'x.tgz:pipe: expected files, found a device or pipe'],
    [
      { path: 'huge.log', size: 2 ** 31 },
      'x.tgz:huge.log: expected members of at most 1073741824 bytes, found 2147483648',
    ],
    [{ path: 'a\x1b[31m\n/../b' }, 'x.tgz:a\\x1b[31m\\x0a/../b: expected a path within the archive, found one with ..'],
  ];
  for (const [member, refusal] of cases) {
    t.strictSame(await read(t, tarGzOf([NODE, member, NODE])), [FOUND, refusal], member.path);
  }
  for (const type of ['SymbolicLink', 'Link'] as const) {
    const link = { path: 'other.json', type, linkpath: 'node/snapshot.json' };
    t.strictSame(
      await read(t, tarGzOf([NODE, link, NODE])),
      [FOUND, 'x.tgz:other.json: expected a file, found a link, which is not followed', FOUND],
      `${type}: refused on its own`,
    );
  }
});

t.test('decompression bombs and other limits', async (t) => {
  const zeros = { path: 'zeros.log', content: Buffer.alloc(100 * 1024 * 1024) };
  const [bomb] = await read(t, tarGzOf([zeros, NODE]));
  t.match(
    bomb,
    /^x\.tgz: expected an archive of files, found a decompression bomb: \d+ bytes inflate to more than \d+$/,
  );
  t.strictSame(
    await read(t, tarOf([NODE, { path: 'a.log', content: Buffer.alloc(200_000) }]), { totalBytes: 100_000 }),
    [FOUND, 'x.tgz: expected an archive of at most 100000 bytes inflated, found more'],
  );
  const many = Array.from({ length: 12 }, (_, at) => ({ path: `${at}.log` }));
  t.strictSame(await read(t, tarGzOf([NODE, ...many]), { members: 10 }), [
    FOUND,
    'x.tgz:9.log: expected at most 10 members, found more',
  ]);
  t.match(await read(t, gzipSync(tarGzOf([NODE]))), [
    'x.tgz: expected an archive of files, found one that was compressed twice',
  ]);
  const pax = {
    path: 'PaxHeader/x',
    type: 'ExtendedHeader',
    content: `2000000 comment=${'x'.repeat(2e6 - 17)}\n`,
  } as const;
  t.strictSame(await read(t, tarGzOf([pax, NODE])), [
    'x.tgz:PaxHeader/x: expected extended headers of a reasonable size, found a larger one',
  ]);
  const large = { path: 'large.json', content: `{${' '.repeat(65 * 1024 * 1024)}` };
  t.strictSame(await read(t, tarOf([large, NODE])), [
    'x.tgz:large.json: expected at most 67108864 bytes, found more',
    FOUND,
  ]);
});

t.test('paths in extended headers are checked too', async (t) => {
  const record = (text: string): string => `${text.length + 3} ${text}`;
  const pax = { path: 'PaxHeader/x', type: 'ExtendedHeader', content: record('path=../../evil.json\n') } as const;
  t.match(await read(t, tarGzOf([pax, NODE])), [/^x\.tgz:\.\.\/\.\.\/evil\.json: .* one with \.\.$/]);
});

t.test('truncated and damaged archives', async (t) => {
  const whole = tarOf([NODE, { path: 'b.json', content: '{}'.padEnd(3000) }]);
  const cut = /^x\.tgz(?::\S+)?: expected .*, found its end: it is truncated$/;
  for (const length of [1500, 2000, 2048, 3072, whole.length - 1024, whole.length - 1100]) {
    const all = await read(t, whole.subarray(0, length));
    t.equal(all[0], FOUND, `what came before counts, ${length}`);
    t.match(all.at(-1), cut, `${length} bytes`);
    t.equal(all.filter((one) => one.startsWith('x.tgz')).length, 1);
  }
  const compressed = gzipSync(whole);
  t.match((await read(t, compressed.subarray(0, compressed.length - 20))).at(-1), cut);
  const broken = Buffer.from(compressed);
  broken.fill(0xff, 40, 80);
  t.match((await read(t, broken)).at(-1), /^x\.tgz: expected a whole \.tar or \.tar\.gz, found an error: /);
  t.match(await read(t, gzipSync('hello')), ['x.tgz: expected a .tar or .tar.gz, found something else']);
  t.match(await read(t, gzipSync(Buffer.alloc(4000, 'hello '))), [/^x\.tgz: expected a whole .* checksum failure$/]);
  t.match(await read(t, gzipSync('')), ['x.tgz: expected a .tar or .tar.gz, found something else']);
});

t.test('the parser is not given what follows the end of an archive, which it would keep', async (t) => {
  let given = 0;
  const { write } = Parser.prototype;
  t.teardown(() => {
    Parser.prototype.write = write;
  });
  Parser.prototype.write = function (this: Parser, ...argv: Parameters<typeof write>) {
    given += argv[0]?.length ?? 0;
    return write.apply(this, argv);
  } as typeof write;
  const archive = tarOf([NODE]);
  t.strictSame(await read(t, Buffer.concat([archive, Buffer.alloc(1 << 20)])), [FOUND]);
  // What it is given at once.
  t.ok(given >= archive.length && given <= archive.length + (1 << 16), `${given} bytes`);
});
