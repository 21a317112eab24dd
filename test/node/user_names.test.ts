import t from 'tap';
import { parseUserNames } from '../../src/node/user_names.js';

t.test('names of users, as far as the lines are some', (t) => {
  const passwd = [
    'root:x:0:0:root:/root:/bin/bash',
    'toor:x:0:0::/root:/bin/sh',
    'etcd:x:52034:52034::/nonexistent:/usr/sbin/nologin',
    '+@nis::::::',
    'no number:x:5:5::/:/bin/sh',
    'late:x',
    `${'x'.repeat(65)}:x:6:6::/:/bin/sh`,
    'nobody:x:65534:65534:nobody:/:/bin/false',
  ].join('\n');
  t.strictSame(
    [...parseUserNames(passwd)],
    [
      [0, 'root'],
      [52034, 'etcd'],
      [65534, 'nobody'],
    ],
  );
  t.end();
});
