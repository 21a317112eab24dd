import t from 'tap';
import { type Coded, type CodeTable, readCoded, readCodes, replaceParams, UNCODED } from '../../src/base/coded.js';

const TABLE = {
  plain: { about: 'Nothing more.', params: {} },
  full: {
    about: 'One parameter of each kind.',
    params: {
      word: 'word',
      words: 'words',
      count: 'count',
      service: 'service',
      services: 'services',
      path: 'path?',
      devices: 'devices',
      ids: 'socketIds',
      prose: 'prose?',
      seconds: 'seconds',
      errno: 'errno',
      version: 'version',
      hostname: 'hostname',
      error: 'errorText',
    },
  },
} as const satisfies CodeTable;

const FULL = {
  code: 'full',
  params: {
    word: 'tcp',
    words: ['worker'],
    count: 2,
    service: 'kubelet',
    services: ['sshd'],
    path: '/run/x',
    devices: ['eth0'],
    ids: ['tcp:1'],
    prose: null,
    seconds: 0.5,
    errno: 'EACCES',
    version: '6.1.0',
    hostname: 'node',
    error: 'x',
  },
} as const satisfies Coded<typeof TABLE>;

t.test('stored codes are read as the table has them', (t) => {
  t.strictSame(readCoded(TABLE, { code: 'plain', params: {} }), { code: 'plain', params: {} });
  t.strictSame(readCoded(TABLE, FULL), FULL);
  const more = { ...FULL, params: { ...FULL.params, later: 'unknown' } };
  t.strictSame(readCoded(TABLE, more), FULL, 'a parameter of a later version is dropped');
  t.end();
});

t.test('anything else is no code', (t) => {
  const cases: [name: string, stored: Parameters<typeof readCoded>[1]][] = [
    ['a document without codes', {}],
    ['a code of a later version', { code: 'later', params: {} }],
    ['a property of every object', { code: 'constructor', params: {} }],
    ['no parameters', { code: 'plain' }],
    ['a parameter that is missing', { code: 'full', params: {} }],
    ['null where it may not be', { code: 'full', params: { ...FULL.params, word: null } }],
    ['a word that is not one', { code: 'full', params: { ...FULL.params, word: 'Two words' } }],
    ['a negative count', { code: 'full', params: { ...FULL.params, count: -1 } }],
    ['a list of other things', { code: 'full', params: { ...FULL.params, ids: [1] } }],
    ['no errno', { code: 'full', params: { ...FULL.params, errno: 'denied' } }],
    ['text instead of a list', { code: 'full', params: { ...FULL.params, words: 'worker' } }],
  ];
  for (const [name, stored] of cases) t.equal(readCoded(TABLE, stored), UNCODED, name);
  t.strictSame(readCodes(TABLE, [FULL, { code: 'later', params: {} }]), [FULL], 'unknown codes of a list are dropped');
  t.strictSame(readCodes(TABLE), [], 'a document without codes');
  t.end();
});

t.test('parameters are replaced by their kind', (t) => {
  const same = <Value>(value: Value): Value => value;
  const mark = (text: string): string => `<${text}>`;
  const marks = (texts: readonly string[]): string[] => texts.map(mark);
  const kept = { word: same, words: same, count: same, seconds: same, errno: same, version: same, flag: same } as const;
  const texts = { service: mark, path: mark, prose: mark, hostname: mark, setting: mark, errorText: mark } as const;
  const lists = { services: marks, devices: marks, socketIds: marks } as const;
  const replaced = replaceParams(TABLE, FULL, { ...kept, ...texts, ...lists });
  t.strictSame(replaced, {
    code: 'full',
    params: {
      ...FULL.params,
      service: '<kubelet>',
      services: ['<sshd>'],
      path: '</run/x>',
      devices: ['<eth0>'],
      ids: ['<tcp:1>'],
      hostname: '<node>',
      error: '<x>',
    },
  });
  t.end();
});
