import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, readdirSync, readFileSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { parse } from 'yaml';
import { parseCommand } from '../src/cli/options.js';
import { CLI, snapshotIn } from './live/cli.js';
import { ROOT } from './native/toolchain.js';

const EXAMPLES = join(ROOT, 'examples');

/** An environment with the program in PATH. */
function installed(directory: string): NodeJS.ProcessEnv {
  const bin = join(directory, 'bin');
  mkdirSync(bin);
  chmodSync(CLI, 0o755);
  symlinkSync(CLI, join(bin, 'k8s-sockwatch'));
  return { ...process.env, NODE_OPTIONS: '', PATH: `${bin}:${process.env['PATH']}` };
}

/** Whether the program ran, whatever it found on this machine. */
function isResult(code: unknown): boolean {
  return code === 0 || code === 1 || code === 3;
}

t.test('inspect.sh writes a snapshot, or the reason why there is none', async (t) => {
  const directory = t.testdir({ with: {}, without: {} });
  const env = installed(directory);
  const script = join(EXAMPLES, 'inspect.sh');
  t.equal(spawnSync('sh', ['-e', script, join(directory, 'with')], { env }).status, 0);
  t.ok(snapshotIn(readFileSync(join(directory, 'with/k8s-sockwatch.json'), 'utf8')).redacted);
  t.match(readFileSync(join(directory, 'with/k8s-sockwatch.err'), 'utf8'), /^exit code [013]\n$/);
  const bare = { PATH: '/usr/bin:/bin' };
  t.equal(spawnSync('sh', ['-e', script, join(directory, 'without')], { env: bare }).status, 0, 'it does not fail');
  t.strictSame(readdirSync(join(directory, 'without')), ['k8s-sockwatch.err']);
  t.match(readFileSync(join(directory, 'without/k8s-sockwatch.err'), 'utf8'), /not found\nexit code 127\n$/);
});

interface ProblemDetector {
  readonly pluginConfig: { readonly max_output_length: number; readonly timeout: string };
  readonly rules: readonly { readonly path: string; readonly args: string[]; readonly timeout: string }[];
}

t.test('node-problem-detector.json: the exit code is a status, and the line is not truncated', async (t) => {
  const text = readFileSync(join(EXAMPLES, 'node-problem-detector.json'), 'utf8');
  const { pluginConfig, rules } = JSON.parse(text) as ProblemDetector;
  const [rule] = rules;
  if (rule === undefined) throw new Error('no rule');
  const command = parseCommand(rule.args);
  if (command.kind !== 'once') throw new Error('not --once');
  t.equal(command.format, 'line');
  t.ok((command.deadlineMs ?? 0) < Number.parseInt(rule.timeout, 10) * 1000, 'the deadline is before the timeout');
  const { status, stdout } = spawnSync(process.execPath, [CLI, ...rule.args], {
    encoding: 'utf8',
    env: { ...process.env, NODE_OPTIONS: '' },
  });
  t.ok(isResult(status), 'OK, problem or unknown');
  t.match(stdout, /^[^\n]+\n$/);
  t.ok(Buffer.byteLength(stdout.trim()) <= pluginConfig.max_output_length, stdout);
});

interface Troubleshoot {
  readonly spec: {
    readonly hostCollectors: readonly { readonly run: { readonly collectorName: string; readonly args: string[] } }[];
    readonly hostAnalyzers: readonly {
      readonly textAnalyze: {
        readonly fileName: string;
        readonly regexGroups: string;
        readonly outcomes: readonly Readonly<Record<string, { readonly when?: string; readonly message: string }>>[];
      };
    }[];
  };
}

t.test('troubleshoot.yaml: the analyzer finds the result in the output of the collector', async (t) => {
  const { spec } = parse(readFileSync(join(EXAMPLES, 'troubleshoot.yaml'), 'utf8')) as Troubleshoot;
  const [{ run } = { run: { collectorName: '', args: [] } }] = spec.hostCollectors;
  const analyzer = spec.hostAnalyzers[0]?.textAnalyze;
  t.equal(parseCommand(run.args).kind, 'once');
  t.equal(
    analyzer?.fileName,
    `host-collectors/run-host/${run.collectorName}.txt`,
    'the path that troubleshoot.sh stores it under',
  );
  const { stdout } = spawnSync(process.execPath, [CLI, ...run.args], { encoding: 'utf8' });
  const pattern = (analyzer?.regexGroups ?? '').replace('(?P<', '(?<');
  t.equal(new RegExp(pattern).exec(stdout)?.groups?.['Result'], snapshotIn(stdout).summary.result);

  // As in troubleshoot.sh: outcomes in order, compared by the third word; one without a condition always applies.
  const outcomeOf = (text: string): string => {
    const result = new RegExp(pattern).exec(text)?.groups?.['Result'];
    for (const outcome of analyzer?.outcomes ?? []) {
      for (const [kind, { when, message }] of Object.entries(outcome)) {
        if (when === undefined || (result !== undefined && when.split(' ')[2] === result)) return `${kind}: ${message}`;
      }
    }
    return 'none';
  };
  t.match(outcomeOf('"result": "match"'), /^pass: /);
  t.match(outcomeOf('"result": "drift"'), /^fail: /);
  t.match(outcomeOf('"result": "incomplete"'), /^warn: No drift was seen/);
  t.match(outcomeOf(''), /^warn: .* took no snapshot/);
});

/** Prints the commands that a plugin adds, one per line, with a stub of sos. */
const SOS = `
import importlib.util, sys, types
class Plugin:
    def add_cmd_output(self, command, suggest_filename=None, timeout=None, stderr=True, sizelimit=None):
        print(command, timeout, suggest_filename, stderr, sizelimit, sep="\\t")
plugins = types.ModuleType("sos.report.plugins")
plugins.Plugin = Plugin
KINDS = ["DebianPlugin", "IndependentPlugin", "RedHatPlugin", "UbuntuPlugin"]
for kind in KINDS:
    setattr(plugins, kind, type(kind, (), {}))
sys.modules.update({"sos": types.ModuleType("sos"), "sos.report": types.ModuleType("sos.report"), "sos.report.plugins": plugins})
spec = importlib.util.spec_from_file_location("plugin", sys.argv[1])
module = importlib.util.module_from_spec(spec)
sys.dont_write_bytecode = True
spec.loader.exec_module(module)
print(*sorted(kind for kind in KINDS if issubclass(module.K8sSockwatch, getattr(plugins, kind))))
module.K8sSockwatch().setup()
`;

t.test('the commands of the sos plugin are valid and end before their timeout', async (t) => {
  const { stdout, stderr } = spawnSync('python3', ['-c', SOS, join(EXAMPLES, 'sos_k8s_sockwatch.py')], {
    encoding: 'utf8',
  });
  t.equal(stderr, '');
  const [kinds, ...lines] = stdout.trim().split('\n');
  // sos in Debian 12 ignores a plugin that is only an IndependentPlugin.
  t.equal(kinds, 'DebianPlugin IndependentPlugin RedHatPlugin UbuntuPlugin');
  t.equal(lines.length, 2);
  for (const [line = '', timeout, file, stderr, sizelimit] of lines.map((one) => one.split('\t'))) {
    if (file?.endsWith('.json')) t.strictSame([stderr, sizelimit], ['False', '0'], 'pure JSON, not truncated');
    const [program, ...argv] = line.split(' ');
    t.equal(program, 'k8s-sockwatch');
    const command = parseCommand(argv);
    t.ok(command.kind === 'once' && (command.deadlineMs ?? 0) < Number(timeout) * 1000, line);
  }
});
