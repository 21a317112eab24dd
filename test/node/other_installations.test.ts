import t from 'tap';
import { HostFiles } from '../../src/node/host_files.js';
import { readOtherInstallations } from '../../src/node/other_installations.js';

t.test('an uninstaller is one that is there', async (t) => {
  const rancher = { rancher: { k3s: {}, rke2: {} } };
  const wants = {
    'multi-user.target.wants': { 'k3s-agent.service': '', 'docker.service': '' },
    'sockets.target.wants': {},
  };
  const root = t.testdir({
    etc: { systemd: { system: wants } },
    usr: { local: { bin: { 'k3s-agent-uninstall.sh': '' } } },
    var: { lib: rancher, snap: { microk8s: {} } },
  });
  const { found, unread } = await readOtherInstallations(new HostFiles(root, new Map()), new Map());
  t.match(Object.fromEntries(found.map(({ name, enabled, uninstaller }) => [name, { enabled, uninstaller }])), {
    microk8s: { enabled: [], uninstaller: null },
    k3s: { enabled: ['k3s-agent.service'], uninstaller: '/usr/local/bin/k3s-agent-uninstall.sh' },
    rke2: { enabled: [], uninstaller: null },
    docker: { enabled: ['docker.service'], uninstaller: null },
  });
  t.strictSame(unread, []);
});
