import t from 'tap';
import { validateOptions } from '../../src/snapshot/options.js';
import { builtinSpec } from '../../src/spec/builtin.js';
import { NO_NOTES } from '../../src/spec/notes.js';

t.test('services that are not to be probed are those of the page, of other releases or of the notes', (t) => {
  const skipping = (...skip: string[]) => validateOptions({ probe: { skip } }).probe?.skip;
  const known = ['etcd', 'kube-controller', 'kube-controller-manager', 'k8s-apiserver-proxy', 'k8s-dqlite'];
  t.strictSame(skipping(...known), known);
  t.throws(() => skipping('etcd', 'ectd'), {
    name: 'SockwatchError',
    code: 'ERR_USAGE',
    message: '"ectd", not to be probed, is no service of the page or notes',
    hint: /^services are .*, etcd, .*, kubelet/,
  });
  const strict = { ...builtinSpec(), notes: NO_NOTES };
  t.throws(() => validateOptions({ spec: strict, probe: { skip: ['kube-controller-manager'] } }), {
    code: 'ERR_USAGE',
  });
  t.end();
});
