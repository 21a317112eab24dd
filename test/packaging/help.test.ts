import { execFileSync, spawnSync } from 'node:child_process';
import { join } from 'node:path';
import t from 'tap';
import { parseCheck } from '../../src/cli/check_options.js';
import { parseDiff } from '../../src/cli/diff_options.js';
import { HELP, parseCommand } from '../../src/cli/options.js';
import { ROOT } from '../native/toolchain.js';

const made = (form: string): string =>
  execFileSync(process.execPath, [join(ROOT, 'packaging/help.mjs'), form], { encoding: 'utf8' });

const OPTIONS = [...new Set(HELP.match(/(?<=^ {2}|, )--[a-z-]+/gm))];

t.test('the man page and each completion have every option and subcommand', (t) => {
  for (const form of ['man', 'bash', 'zsh', 'fish']) {
    const text = made(form).replaceAll('\\-', '-');
    const words = new Set(text.match(/[a-z-]+/g));
    const has = (option: string) => words.has(option) || (form === 'fish' && text.includes(`-l ${option.slice(2)} `));
    t.strictSame(
      OPTIONS.filter((option) => !has(option)),
      [],
      form,
    );
    for (const subcommand of ['check', 'diff', 'serve']) t.ok(words.has(subcommand), `${form}: ${subcommand}`);
  }
  t.end();
});

const COMPLETION = made('bash');

/** What bash offers for the last word of a command line. */
function offered(...words: readonly string[]): string[] {
  const script = `${COMPLETION}
    COMP_WORDS=(k8s-sockwatch "$@"); COMP_CWORD=$#; _k8s_sockwatch; printf '%s\\n' "\${COMPREPLY[@]}"`;
  const output = execFileSync('bash', ['-c', script, 'bash', ...words], { encoding: 'utf8' });
  return output.split('\n').filter((word) => word !== '');
}

t.test('bash offers the values that the command accepts', (t) => {
  t.strictSame(offered('--ver'), ['--version']);
  t.strictSame(offered('ch'), ['check']);
  for (const option of ['--format', '--role', '--owners', '--fail-on']) {
    const values = offered('--once', option, '');
    t.ok(values.length >= 3, option);
    for (const value of values) t.ok(parseCommand(['--once', option, value]), `${option} ${value}`);
  }
  for (const value of offered('check', '--format', '')) t.ok(parseCheck(['x', '--format', value]), value);
  for (const value of offered('diff', '--format', '')) t.ok(parseDiff(['x', 'y', '--format', value]), value);
  t.strictSame(offered('check', '--format', 'h'), ['html']);
  t.strictSame(offered('serve', '--listen', ''), [], 'an address is no file');
  t.end();
});

t.test('the shells can read them', (t) => {
  for (const shell of ['bash', 'zsh', 'fish']) {
    const file = join(t.testdir({ completion: made(shell) }), 'completion');
    const { status, stderr } = spawnSync(shell, ['-n', file], { encoding: 'utf8' });
    t.strictSame([status, stderr], [0, ''], shell);
  }
  t.end();
});
