// `node packaging/help.mjs man|bash|zsh|fish`: prints the man page or a shell completion, made from what the command prints for --help.

import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const NAME = 'k8s-sockwatch';
const COMMAND = fileURLToPath(new URL('../dist/src/main.cjs', import.meta.url));
const MANIFEST = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));

/** `[=WHAT]` may be left out. An option is indented by two columns, and its description by 25, in the same line and those below. */
const OPTION = /^ {2}((?:-\w, )?--[\w-]+)(?:\[=[A-Z]+\])?(?: ([A-Z]+(?::[A-Z]+)?))? +(\S.*)$/;
const CONTINUED = /^ {25}(\S.*)$/;

/** Arguments whose values the description lists, as in `what for: one (default), two or three`. */
const LISTED = ['FORMAT', 'METHOD', 'ROLE', 'SEVERITY'];

function valuesOf(description) {
  const list = description.replace(/\([^)]*\)/g, '').split(': ').at(-1);
  return list.split(/,| or /).map((value) => value.trim());
}

/** The parts of a help text: usage, options, and the paragraphs before and after these. */
function parse(text) {
  const [usage, ...rest] = text.trimEnd().split('\n\n');
  const synopses = usage.split('\n').map((line) => line.replace(/^Usage:/, '').trim());
  const [options, before, after] = [[], [], []];
  for (const paragraph of rest) {
    if (!OPTION.test(paragraph.split('\n')[0])) {
      (options.length === 0 ? before : after).push(paragraph.replaceAll('\n', ' '));
      continue;
    }
    for (const line of paragraph.split('\n')) {
      const [, names, argument = null, description] = OPTION.exec(line) ?? [];
      const more = CONTINUED.exec(line)?.[1];
      if (names !== undefined) options.push({ names: names.split(', '), argument, description });
      else if (more !== undefined) options.at(-1).description += ` ${more}`;
      else throw new Error(`neither an option nor its description: ${line}`);
    }
  }
  for (const option of options) option.values = LISTED.includes(option.argument) ? valuesOf(option.description) : [];
  return { synopses, options, before, after };
}

const helpOf = (...argv) => parse(execFileSync(process.execPath, [COMMAND, ...argv, '--help'], { encoding: 'utf8' }));

const main = helpOf();
const subcommands = main.synopses.flatMap((line) => {
  const name = line.split(' ')[1];
  return /^[a-z]+$/.test(name) ? [{ name, ...helpOf(name) }] : [];
});
const all = [{ name: null, ...main }, ...subcommands];

const roff = (text) => text.replaceAll('\\', '\\e').replaceAll('-', '\\-').replace(/^([.'])/gm, '\\&$1');
const paragraphs = (texts) => texts.map((text) => `.PP\n${roff(text)}`);
const isExitStatus = (text) => text.startsWith('Exit codes');

function man() {
  const options = (list) =>
    list.map(({ names, argument, description }) => {
      const head = names.map((name) => `\\fB${roff(name)}\\fR`).join(', ');
      return `.TP\n${head}${argument === null ? '' : ` \\fI${argument}\\fR`}\n${roff(description)}`;
    });
  const section = ({ name, synopses, before, options: list, after }) => [
    `.SH "${name.toUpperCase()}"\n\\fB${roff(synopses[0])}\\fR`,
    ...paragraphs(before),
    ...options(list),
    ...paragraphs(after),
  ];
  const [title, ...rest] = main.before;
  return [
    `.TH ${NAME.toUpperCase()} 1 "" "${NAME} ${MANIFEST.version}" "User Commands"`,
    `.SH NAME\n${roff(NAME)} \\- compare the sockets of a Kubernetes node with the published page`,
    `.SH SYNOPSIS\n${main.synopses.map((line) => `\\fB${roff(line)}\\fR`).join('\n.br\n')}`,
    '.SH DESCRIPTION',
    ...paragraphs([title, ...rest]),
    '.SH OPTIONS',
    ...options(main.options),
    ...paragraphs(main.after.filter((text) => !isExitStatus(text))),
    ...subcommands.flatMap(section),
    '.SH EXIT STATUS',
    ...paragraphs(main.after.filter(isExitStatus)),
    `.SH "SEE ALSO"\n.UR ${MANIFEST.homepage}\n.UE`,
    '',
  ].join('\n');
}

const flagsOf = ({ options }) => options.flatMap(({ names }) => names);
const isPath = ({ argument }) => ['FILE', 'DIR', 'PATH'].includes(argument);
const quoted = (text) => `'${text.replaceAll("'", "'\\''")}'`;

function bash() {
  const cases = all.flatMap(({ name, options }) =>
    options
      .filter(({ argument }) => argument !== null)
      .map((option) => {
        const words = option.values.length > 0 ? `-W '${option.values.join(' ')}'` : isPath(option) ? '-f' : "-W ''";
        const pattern = option.names.map((one) => `${name ?? ''}:${one}`).join(' | ');
        return `    ${pattern}) COMPREPLY=($(compgen ${words} -- "$word")); return ;;`;
      }),
  );
  const rest = all.map(({ name, ...help }) => {
    const words = [...flagsOf(help), ...(name === null ? subcommands.map((one) => one.name) : [])];
    return `    ${name ?? "''"}) COMPREPLY=($(compgen ${name === null ? '' : '-f '}-W '${words.join(' ')}' -- "$word")) ;;`;
  });
  return `# bash completion for ${NAME}
_${NAME.replaceAll('-', '_')}() {
  local word=\${COMP_WORDS[COMP_CWORD]} command=
  case \${COMP_WORDS[1]} in ${subcommands.map((one) => one.name).join(' | ')}) [ "$COMP_CWORD" -lt 2 ] || command=\${COMP_WORDS[1]} ;; esac
  case $command:\${COMP_WORDS[COMP_CWORD - 1]} in
${cases.join('\n')}
  esac
  case $command in
${rest.join('\n')}
  esac
}
complete -o filenames -F _${NAME.replaceAll('-', '_')} ${NAME}
`;
}

function zsh() {
  const escaped = (text) => text.replace(/[[\]:\\]/g, '\\$&');
  const spec = (option) =>
    option.names.map((name) => {
      const action = option.values.length > 0 ? `(${option.values.join(' ')})` : isPath(option) ? '_files' : ' ';
      const repeats = option.description.includes('repeatable') ? '*' : '';
      const argument = option.argument === null ? '' : `:${option.argument}:${action}`;
      return quoted(`${repeats}${name}[${escaped(option.description)}]${argument}`);
    });
  const arguments_ = ({ options }, ...more) => `_arguments ${[...options.flatMap(spec), ...more].join(' \\\n      ')}`;
  return `#compdef ${NAME}
case $words[2] in
${subcommands
  .map((one) => `  ${one.name})\n    shift words; ((CURRENT--))\n    ${arguments_(one, "'*:FILE:_files'")}\n    ;;`)
  .join('\n')}
  *)
    ${arguments_(main, `'1::COMMAND:(${subcommands.map((one) => one.name).join(' ')})'`)}
    ;;
esac
`;
}

function fish() {
  const none = `not __fish_seen_subcommand_from ${subcommands.map((one) => one.name).join(' ')}`;
  const lines = all.flatMap(({ name, options }) =>
    options.map((option) => {
      const condition = name === null ? none : `__fish_seen_subcommand_from ${name}`;
      const names = option.names.map((one) => (one.startsWith('--') ? `-l ${one.slice(2)}` : `-s ${one.slice(1)}`));
      const values = option.values.length > 0 ? ` -xa ${quoted(option.values.join(' '))}` : isPath(option) ? ' -rF' : ' -x';
      const argument = option.argument === null ? '' : values;
      return `complete -c ${NAME} -n '${condition}' ${names.join(' ')}${argument} -d ${quoted(option.description)}`;
    }),
  );
  const names = subcommands.map(({ name }) => `complete -c ${NAME} -n '${none}' -fa ${name}`);
  return `${[...names, ...lines].join('\n')}\n`;
}

const FORMS = { man, bash, zsh, fish };
const form = FORMS[process.argv[2]];
if (form === undefined) throw new Error(`expected one of ${Object.keys(FORMS).join(', ')}`);
process.stdout.write(form());
