import t from 'tap';
import { CoverageError, faultOf } from '../../src/base/coverage.js';
import { SockwatchError } from '../../src/base/errors.js';

t.test('why a source could not be read, from what was thrown', async (t) => {
  const refused = Object.assign(new Error('open /proc: no'), { syscall: 'open', code: 'EACCES', subject: '/proc' });
  const fault = { code: 'system-call-failed', params: { syscall: 'open', subject: '/proc', errno: 'EACCES' } };
  t.strictSame(faultOf(refused), fault);
  t.strictSame(faultOf(new SockwatchError('ERR_KERNEL', 'cannot look', { syscall: 'open', cause: refused })), fault);
  t.strictSame(faultOf(new CoverageError({ code: 'bpf-no-btf', params: {} })), { code: 'bpf-no-btf', params: {} });
  t.strictSame(faultOf(new SockwatchError('ERR_KERNEL', 'no\nanswer')), {
    code: 'other-error',
    params: { text: 'no; answer' },
  });
  t.strictSame(faultOf('word'), { code: 'other-error', params: { text: 'word' } });
});
