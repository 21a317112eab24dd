import t from 'tap';
import { MODULE_FILES, reasonNotToAsk } from '../../../src/kernel/sockets/diag_handler.js';

const LOADED = 'inet_diag 28672 1 tcp_diag, Live 0x0000000000000000\ntcp_diag 12288 0 - Live 0x0000000000000000\n';
const BUILTIN = 'kernel/net/unix/unix_diag.ko\nkernel/net/ipv4/udp_diag.ko\n';

t.test('sock_diag is used only where that loads no module', async (t) => {
  const directory = t.testdir({ modules: LOADED, builtin: BUILTIN, empty: '' });
  const at = (loaded: string, builtin: string) => ({
    loaded: `${directory}/${loaded}`,
    builtin: `${directory}/${builtin}`,
  });
  const files = at('modules', 'builtin');
  t.equal(await reasonNotToAsk('tcp', files), null, 'loaded');
  t.equal(await reasonNotToAsk('udp', files), null, 'built in');
  t.equal(await reasonNotToAsk('unix', files), null, 'built in');
  const absent = (module: string) => ({ code: 'diag-module-not-loaded', params: { module } });
  t.strictSame(await reasonNotToAsk('udp', at('modules', 'empty')), absent('udp_diag'), 'neither');
  t.strictSame(
    await reasonNotToAsk('unix', at('modules', 'nothing')),
    absent('unix_diag'),
    'modules.builtin is not there',
  );
  t.strictSame(await reasonNotToAsk('tcp', at('empty', 'empty')), absent('tcp_diag'), 'nothing is loaded');
  t.equal(await reasonNotToAsk('tcp', at('nothing', 'empty')), null, 'a kernel that cannot load modules');
});

t.test('module names are compared as a whole', async (t) => {
  const directory = t.testdir({
    modules: 'xtcp_diag 1 0 - Live 0x0\ntcp_diag2 1 0 - Live 0x0\ninet_diag 1 1 tcp_diag, Loading 0x0\n',
    builtin: 'kernel/net/ipv4/xtcp_diag.ko\nkernel/net/ipv4/tcp_diag.ko.old\n',
  });
  const files = { loaded: `${directory}/modules`, builtin: `${directory}/builtin` };
  t.match(await reasonNotToAsk('tcp', files), { code: 'diag-module-not-loaded' });
});

t.test('in doubt sock_diag is not used', async (t) => {
  const directory = t.testdir({ modules: {} });
  const reason = await reasonNotToAsk('tcp', { loaded: `${directory}/modules`, builtin: `${directory}/none` });
  t.strictSame(reason, { code: 'diag-module-unknown', params: { module: 'tcp_diag' } });
});

t.test('live: the module files of this kernel', (t) => {
  t.equal(MODULE_FILES.loaded, '/proc/modules');
  t.match(MODULE_FILES.builtin, /^\/lib\/modules\/[^/]+\/modules\.builtin$/);
  t.end();
});
