import t from 'tap';
import { features } from './capability_sets.js';
import { FollowStream } from './follow_stream.js';
import { installPackage, removePackage } from './installed.js';

const uid = process.getuid?.();

t.setTimeout(300_000);

t.test(
  'the smallest set of capabilities for each feature: every one is necessary, and all together are enough',
  { skip: uid === 0 ? false : `handing out capabilities takes root, and we are user ${uid}` },
  async (t) => {
    const stream = new FollowStream();
    t.teardown(() => stream.stop('SIGKILL'));
    await stream.started();
    const [started] = stream.changes;
    await stream.stop();
    if (started?.event !== 'started' || started.method === null) throw new Error('no kernel events as root');
    const cli = await installPackage();
    t.teardown(() => removePackage(cli));
    for (const { name, capabilities, works } of features(started.method)) {
      t.ok(await works(cli, capabilities), `${name}: ${capabilities.join(', ')} are enough`);
      for (const one of capabilities) {
        const others = capabilities.filter((other) => other !== one);
        t.notOk(await works(cli, others), `${name}: not without ${one}`);
      }
    }
  },
);
