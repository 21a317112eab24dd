import { execFileSync } from 'node:child_process';
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import type { Answer, WhoDocument } from '../../src/snapshot/who/document.js';
import { type Lab, startLab } from '../lab/lab.js';
import { validator } from '../package_schema.js';
import { CLI } from './cli.js';

t.setTimeout(120_000);

const invalid = validator('snapshot/who/who.schema.json');

type Run = Pick<Lab, 'exec'>['exec'];

async function ask(
  t: Test,
  run: Run,
  ...argv: string[]
): Promise<{ exitCode: number | null; answers: readonly Answer[] }> {
  const { stdout, stderr, code: exitCode } = await run([process.execPath, CLI, 'who', '--format', 'json', ...argv]);
  t.equal(stderr, '');
  const document = JSON.parse(stdout) as WhoDocument;
  t.strictSame(invalid(document), []);
  return { exitCode, answers: document.answers };
}

t.test('who has the addresses of a node', async (t) => {
  // Cluster API gives k8sd the port that etcd has on the page.
  const lab = await startLab({ faults: ['cluster-api'] });
  t.teardown(() => lab.stop());
  const run: Run = (argv) => lab.exec(argv);

  const { exitCode, answers } = await ask(t, run, '10250', '8472/udp', '2380', '/run/containerd/containerd.sock');
  t.equal(exitCode, 0);
  const unit = (service: string) => [{ unit: `snap.k8s.${service}.service`, startedAt: String }];
  t.match(answers, [
    {
      holders: [{ kind: 'listener', owners: unit('kubelet'), user: 'root', since: String }],
      findings: [{ verdict: 'ok', expected: { service: 'kubelet' } }],
      notes: [],
    },
    {
      complete: true,
      holders: [
        { kind: 'kernel', owners: [{ device: 'cilium_vxlan', deviceKind: 'vxlan' }] },
        { kind: 'kernel', place: '[::]:8472' },
      ],
      findings: [{ expected: { service: 'cilium-agent', port: 8472 } }],
    },
    {
      holders: [{ owners: unit('k8sd') }],
      findings: [
        { verdict: 'configured', expected: { service: 'k8sd', port: 6400 }, configuration: { source: { line: 2 } } },
        { verdict: 'configured', expected: { service: 'etcd', port: 2380 } },
      ],
    },
    { holders: [{ owners: unit('containerd') }], findings: [{ verdict: 'ok' }] },
  ]);
  const moved = await ask(t, run, '6400');
  t.equal(moved.exitCode, 1, 'nothing is where the page has it');
  t.match(moved.answers, [{ result: 'free', findings: [{ verdict: 'configured', expected: { port: 6400 } }] }]);

  const elsewhere: Run = (argv) => lab.run(argv);
  const there = await ask(t, elsewhere, '10250', '--netns', lab.netns);
  t.match(there, { exitCode: 0, answers: [{ holders: [{ owners: unit('kubelet') }] }] }, 'from another namespace');
  const everywhere = await ask(t, elsewhere, '10250', '8472/udp', '--all-netns');
  const netns = String(statSync(lab.netns).ino);
  const ofLab = (at: number) => everywhere.answers[at]?.holders.filter((holder) => holder.netns === netns);
  t.match(ofLab(0), [{ owners: [{ comm: 'kubelet' }], ownersUnknown: null }]);
  t.match(ofLab(1), [{ kind: 'kernel', owners: [{ device: 'cilium_vxlan' }] }, { kind: 'kernel' }]);
  t.match(everywhere, {
    exitCode: 0,
    answers: [
      { complete: true, unknown: [] },
      { complete: true, unknown: [] },
    ],
  });

  const output = join(t.testdir(), 'answer.txt');
  const written = await run([process.execPath, CLI, 'who', '2380', '--redact', '--deadline', '60', '--output', output]);
  t.match(written, { code: 0, stdout: '', stderr: '' });
  t.equal(statSync(output).mode & 0o777, 0o600);
  const text = readFileSync(output, 'utf8');
  t.match(text, /^2380\/tcp: in use\n {2}k8sd \(pid \d+, .*, snap\.k8s\.k8sd\.service\) is listening on /);
  const address = execFileSync('nsenter', [`--net=${lab.netns}`, 'hostname', '-I'], { encoding: 'utf8' }).trim();
  t.ok(address.length > 0 && !text.includes(address.split(' ')[0] ?? ''), 'the address is redacted');
});
