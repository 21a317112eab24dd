import t from 'tap';
import { parseSnapList, parseSnapServices, parseUnitFiles } from '../../../src/evidence/facts/snap_output.js';

t.test('snap list', (t) => {
  const header = 'Name  Version  Rev   Tracking             Publisher   Notes\n';
  const of = (text: string) => parseSnapList(text);
  t.strictSame(of(`${header}k8s   v1.34.2  2931  1.34-classic/stable  canonical✓  classic\n`), {
    isInstalled: true,
    release: '1.34.2',
  });
  const all = `${header}k8s   v1.33.1  2000  1.33-classic/stable  canonical✓  disabled,classic
k8s   v1.34.2  2931  1.34-classic/stable  canonical✓  classic
`;
  t.equal(of(all)?.release, '1.34.2', 'a former revision does not count');
  t.strictSame(of(`${header}core22  2024  1234  latest/stable  canonical✓  base\n`), {
    isInstalled: false,
    release: null,
  });
  t.strictSame(of('error: no matching snaps installed\n'), { isInstalled: false, release: null });
  t.equal(of('bash: snap: command not found\n'), null);
  t.equal(of(header), null, 'a header alone says nothing');
  t.end();
});

t.test('snap services', (t) => {
  const services = parseSnapServices(`Service                Startup   Current   Notes
k8s.containerd         enabled   active    -
k8s.kube-proxy         disabled  inactive  -
lxd.daemon             enabled   inactive  socket-activated
`);
  t.strictSame(
    [...(services ?? [])],
    [
      ['containerd', { isEnabled: true, isActive: true }],
      ['kube-proxy', { isEnabled: false, isActive: false }],
    ],
  );
  t.equal(parseSnapServices('error: snap "k8s" not found\n'), null);
  t.equal(parseSnapServices('Service  Startup  Current  Notes\n'), null, 'a header alone says nothing');
  const cut = 'Service  Startup  Current  Notes\nk8s.k8sd  enabled  active  -\nk8s.kubelet  enab\n';
  t.equal(parseSnapServices(cut), null, 'nor does a list with a row that cannot be read');
  t.end();
});

t.test('systemctl list-unit-files', (t) => {
  const units = parseUnitFiles(`UNIT FILE                    STATE           PRESET
snap.k8s.kubelet.service     enabled         enabled
snap.k8s.kube-proxy.service  disabled        enabled
proc-sys-fs-binfmt_misc.automount static -

3 unit files listed.
`);
  t.strictSame(
    [...(units ?? [])],
    [
      ['snap.k8s.kubelet.service', true],
      ['snap.k8s.kube-proxy.service', false],
    ],
  );
  t.equal(parseUnitFiles('Failed to list unit files\n'), null);
  t.equal(parseUnitFiles('UNIT FILE STATE PRESET\n\n0 unit files listed.\n')?.size, 0);
  t.equal(parseUnitFiles('UNIT FILE STATE PRESET\nsnap.k8s.kubelet.service\n'), null, 'a row that cannot be read');
  t.end();
});
