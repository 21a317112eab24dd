import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import t from 'tap';

const BEGIN = fileURLToPath(new URL('../../bin/begin.cjs', import.meta.url));

/** Which bundle would run, and whether a pass of eBPF has begun. */
function begun(...argv: string[]): string {
  const script = `const { bundle, beginPass } = require(${JSON.stringify(BEGIN)}); console.log(bundle, beginPass() !== undefined)`;
  const { stdout, stderr } = spawnSync(process.execPath, ['--eval', script, '--', 'main.cjs', ...argv], {
    encoding: 'utf8',
  });
  return `${stdout}${stderr}`.trim();
}

t.test('the search for owners begins before the program is compiled, unless another way or none is asked for', (t) => {
  t.equal(begun('--once'), 'once.cjs true');
  t.equal(begun('--role', 'worker', '--once'), 'once.cjs true');
  t.equal(begun('--once', '--owners', 'proc'), 'once.cjs false');
  t.equal(begun('--once', '--owners=none'), 'once.cjs false');
  t.equal(begun('--follow'), 'cli.cjs false');
  t.equal(begun('check', '--once'), 'cli.cjs false');
  t.equal(begun(), 'cli.cjs false');
  t.end();
});
