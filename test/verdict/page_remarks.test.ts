import t from 'tap';
import { builtinPageOf, builtinSpec, specFor } from '../../src/spec/builtin.js';
import type { Spec } from '../../src/spec/spec.js';
import { PAGE_CODES, pageRemarks } from '../../src/verdict/page_remarks.js';
import { pageRemarkText } from '../../src/verdict/text/page_remark.js';
import { row, spec, unixRow } from './factory.js';

const BUILTIN = builtinSpec();

/** The remarks as sentences, each behind its code. */
function texts(page: Spec, installed: string | null): string[] {
  return pageRemarks(page, installed).map((remark) => `${remark.code}: ${pageRemarkText(remark)}`);
}

t.test('the release of the built-in page', (t) => {
  t.strictSame(texts(specFor(BUILTIN, '1.34.1'), '1.34.1'), []);
  t.strictSame(texts(BUILTIN, '1.36.4'), []);
  t.strictSame(texts(BUILTIN, null), [
    'release-unknown: the release of this node is unknown; this is the page of 1.36, the newest',
  ]);
  t.strictSame(texts(specFor(BUILTIN, '1.40.0'), '1.40.0'), [
    'release-without-page: there is no page of 1.40.0, which is installed; this is the page of 1.36, the newest',
  ]);
  const asked = builtinPageOf(BUILTIN, '1.34') ?? BUILTIN;
  t.strictSame(texts(asked, '1.34.9'), []);
  t.strictSame(texts(asked, null), [], 'nobody asked which is installed');
  t.strictSame(texts(asked, '1.36.0'), ['page-of-other-release: this is the page of 1.34, but 1.36.0 is installed']);
  t.end();
});

t.test('rows that a page of its own lacks', (t) => {
  const without = (installed: string, ...services: string[]): string[] => {
    const rows = specFor(BUILTIN, installed).rows.filter(({ service }) => !services.includes(service));
    return texts(spec(rows, { builtin: BUILTIN.builtin }), installed);
  };
  t.strictSame(without('1.35.0'), []);
  t.strictSame(without('1.36.0', 'k8sd', 'kube-scheduler', 'containerd'), [
    'row-not-on-page: the page lacks k8sd 6400/tcp, which the built-in page of 1.36 has',
    'row-not-on-page: the page lacks kube-scheduler 10259/tcp on control plane nodes, which the built-in page of 1.36 has',
    'row-not-on-page: the page lacks containerd /run/containerd/containerd.sock, which the built-in page of 1.36 has',
  ]);
  t.strictSame(without('1.35.0', 'k8s-dqlite'), [
    'row-not-on-page: the page lacks k8s-dqlite 9000/tcp on control plane nodes, which the built-in page of 1.35 has',
  ]);
  const newest = spec(specFor(BUILTIN, '1.34.0').rows, { builtin: BUILTIN.builtin });
  t.strictSame(texts(newest, null), [], 'the newest where the release is unknown');
  t.end();
});

t.test('what a page decides otherwise is not lacking', (t) => {
  const rows = [
    // For some nodes only, on another interface, of another name, at another path.
    row('*:10250', 'kubelet', { role: 'control-plane' }),
    row('*:10248', 'kubelet'),
    row('*:10257', 'kube-controller-manager'),
    unixRow('/run/other.sock', 'containerd'),
  ];
  const remarks = pageRemarks(spec(rows, { builtin: BUILTIN.builtin }), '1.36.0');
  t.equal(remarks.length, BUILTIN.rows.length - 3);
  const left = remarks.filter(({ params }) => 'port' in params && [10250, 10248, 10257, null].includes(params.port));
  t.strictSame(left, [
    {
      code: 'row-not-on-page',
      params: { release: '1.36', service: 'kubelet', port: 10250, protocol: 'tcp', path: null, role: 'worker' },
    },
  ]);
  t.strictSame(pageRemarks(spec(rows), '1.36.0'), [], 'without built-in pages');
  for (const [code, { about }] of Object.entries(PAGE_CODES)) t.match(about, /^[A-Z].*\.$/, code);
  t.end();
});
