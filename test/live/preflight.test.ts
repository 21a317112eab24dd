import t, { type Test } from 'tap';
import type { PreflightDocument } from '../../src/snapshot/preflight/document.js';
import { type Lab, startLab } from '../lab/lab.js';
import { tcp, withService } from '../lab/plan.js';
import { validator } from '../package_schema.js';
import { CLI } from './cli.js';
import { intruder, OBSTACLES, SESSION, stand } from './obstacles.js';

const validate = validator('snapshot/preflight/preflight.schema.json');
interface Answer {
  readonly code: number;
  readonly document: PreflightDocument;
}

async function ask(t: Test, lab: Lab, ...argv: string[]): Promise<Answer> {
  const { code, stdout, stderr } = await lab.exec([CLI, 'preflight', '--format', 'json', ...argv]);
  t.equal(stderr, '');
  const document = JSON.parse(stdout) as PreflightDocument;
  t.strictSame(validate(document), []);
  return { code, document };
}

const codes = ({ document }: Answer): string[] => document.obstacles.map(({ code }) => code);

/** Commands that the machine of a test can run; for others the plan is taken back, as systemd or snapd would. */
const RUNNABLE = /^(?:kill|ip link|rm|sysctl) /;

t.test('on a bare machine', { timeout: 300_000 }, async (t) => {
  const lab = await startLab({ bare: true });
  t.teardown(() => lab.stop());
  const shell = async (script: string): Promise<void> => {
    const { code, stderr } = await lab.exec(['sh', '-ec', script]);
    t.equal(code, 0, `${script}: ${stderr}`);
  };

  for (const role of ['control-plane', 'worker']) {
    const clear = await ask(t, lab, '--role', role);
    t.strictSame(codes(clear), [], `nothing is in the way of a ${role}`);
    t.match(clear, { code: 0, document: { result: 'clear', node: { state: 'absent' }, plan: { role } } });
  }

  for (const { name, code, culprit, commands, exit = 1, plan = null, script } of OBSTACLES) {
    await t.test(name, async (t) => {
      await lab.plant(plan);
      if (script !== undefined) await shell(script);
      const found = await ask(t, lab);
      t.strictSame(codes(found), [code], JSON.stringify(found.document.obstacles));
      t.equal(found.code, exit);
      const [obstacle] = found.document.obstacles;
      t.match(obstacle?.message, culprit);
      const pid = lab.processes.get('stand-in') ?? 0;
      const own = commands.map((command) => command.replace('PID', `${pid}`));
      t.strictSame(obstacle?.advice.commands, own);
      const take = async (): Promise<void> => {
        await lab.plant(null);
        await shell('rm -rf /var/lib/rancher/* /var/lib/snapd/* /var/snap/*');
      };
      for (const command of own.map((one) => one.replace(/^sudo /, ''))) {
        if (RUNNABLE.test(command)) await shell(command);
        else if (command.startsWith('ip route')) await shell(command.replace('GATEWAY', '192.0.2.1 metric 100'));
        else await take();
      }
      if (pid !== 0) await lab.plant(null);
      const cleared = await ask(t, lab);
      t.strictSame(
        codes(cleared).filter((one) => one !== 'server-address-closing'),
        [],
      );
      t.equal(cleared.code, 0);
      if (code === 'ephemeral-range') {
        await shell(
          'echo 32768 60999 > /proc/sys/net/ipv4/ip_local_port_range; echo > /proc/sys/net/ipv4/ip_local_reserved_ports',
        );
      }
    });
  }
});

t.test('on a node', { timeout: 300_000 }, async (t) => {
  const lab = await startLab({ role: 'worker', family: 'dual' });
  t.teardown(() => lab.stop());
  const node = await ask(t, lab);
  t.match(node, { code: 0, document: { result: 'clear', node: { state: 'running' }, plan: { role: 'worker' } } });
  t.strictSame(codes(node), [], 'its own services are not in the way');
  t.ok(node.document.needs.every(({ state }) => ['own', 'free'].includes(state)));
  const others = ['foreign-on-10250', 'fan-device-on-8472'];
  for (const [at, fault] of others.entries()) {
    await lab.apply(fault);
    const found = await ask(t, lab);
    t.strictSame([found.code, codes(found)], [1, [['address-held'], ['tunnel-port-taken']][at]], fault);
    await lab.clear(fault);
  }
  const blind = await lab.exec([CLI, 'preflight', '--format', 'json'], { uid: 65534 });
  t.match(
    { ...blind, document: JSON.parse(blind.stdout) },
    {
      code: 3,
      document: { result: 'incomplete', node: { state: 'unknown' }, obstacles: [] },
    },
  );
  await lab.apply('hidden-owner');
  t.match(await ask(t, lab), { code: 3, document: { result: 'incomplete' } }, 'an owner that cannot be seen');
  t.equal((await ask(t, lab, '--fail-on', 'never')).code, 3);
});

t.test('what cannot be seen, and other formats', { timeout: 300_000 }, async (t) => {
  const lab = await startLab({ bare: true });
  t.teardown(() => lab.stop());
  const once = await lab.exec([CLI, '--once', '--format', 'table']);
  t.match(once.stdout, 'k8s-sockwatch preflight says whether it could become one');
  t.equal((await lab.exec([CLI, 'preflight', '--format', 'line'])).stdout, 'clear\n');

  await lab.plant(intruder(tcp('127.0.0.1', 10250), tcp('127.0.0.1', 10255)));
  const moved = ['sh', '-c', `echo 'extra-node-containerd-args: {--address: /run/c.sock}' >/run/c.yaml`];
  t.equal((await lab.exec(moved)).code, 0);
  t.strictSame(codes(await ask(t, lab, '--config', '/run/c.yaml')), ['address-held'], 'not the directory /run');
  const shown = await lab.exec([CLI, 'preflight', '--format', 'line']);
  t.match(shown, { code: 1, stdout: /^in the way: address-held kubelet \*:10250\/tcp\n$/ });
  t.equal((await ask(t, lab, '--fail-on', 'never')).code, 0);
  const { code, stdout } = await lab.exec([CLI, 'preflight', '--format', 'json'], { uid: 65534 });
  t.equal(code, 1, 'without root an obstacle is one all the same');
  t.match(JSON.parse(stdout), { obstacles: [{ advice: { commands: ['sudo k8s-sockwatch who 10250'] } }] });
  await lab.plant((plan) => withService(plan, stand('other', SESSION, tcp('127.0.0.1', 12345))));
  const blind = await lab.exec([CLI, 'preflight', '--format', 'line'], { uid: 65534 });
  t.match(blind, { code: 3, stdout: /^incomplete: owners\n$/ }, 'nothing was seen, and not every owner could be');
});
