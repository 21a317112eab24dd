import t from 'tap';
import { errnoMessage, messageOf, SockwatchError } from '../../src/base/errors.js';

t.test('errors have a code, and hint, syscall and errno or null', (t) => {
  const plain = new SockwatchError('ERR_INPUT', 'page.md:3: expected a port');
  t.match(plain, { name: 'SockwatchError', code: 'ERR_INPUT', hint: null, syscall: null, errno: null });
  const full = new SockwatchError('ERR_KERNEL', 'no', { hint: 'try again', syscall: 'recvmsg', errno: 105, cause: 1 });
  t.match(full, { hint: 'try again', syscall: 'recvmsg', errno: 105, cause: 1 });
  t.end();
});

t.test('messageOf gives one line for any thrown value', (t) => {
  t.equal(messageOf(new Error('one\n  two\nthree ')), 'one; two; three');
  t.equal(messageOf('plain'), 'plain');
  t.end();
});

t.test('errnoMessage gives the errno without the path', (t) => {
  const error = Object.assign(new Error("ENOSPC: no space left on device, write '/a'"), { code: 'ENOSPC' });
  t.equal(errnoMessage(error), 'ENOSPC: no space left on device');
  for (const other of [new Error('ENOSPC'), Object.assign(new Error('x'), { code: 'ERR_X' }), 'ENOSPC', null]) {
    t.equal(errnoMessage(other), null);
  }
  t.end();
});
