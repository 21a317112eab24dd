/**
 * `npm run bench`: this program beside others on nodes with many sockets, as Markdown. Needs root and asserts nothing. All of it takes
 * ten minutes on two processors.
 *   --section NAME   only this part; repeatable
 *   --write FILE     replace what an earlier run wrote to FILE, and the plot beside it, FILE with .svg instead of .md
 *   --against FILE   dist/src/main.cjs of another build of this program, to compare with
 *   --rounds N       rounds in which the programs take turns (default: 3)
 */

import { readFile, writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { type Section, withBench } from './bench.js';
import { load, machineText } from './machine.js';
import { withGenerated } from './markdown.js';
import { calls } from './sections/calls.js';
import { fleet } from './sections/fleet.js';
import { growth } from './sections/growth.js';
import { dump, owners } from './sections/kernel.js';
import { few, idle, many } from './sections/programs.js';
import { follow, screen, serve } from './sections/running.js';

const SECTIONS: Readonly<Record<string, Section>> = {
  idle,
  few,
  many,
  growth,
  dump,
  owners,
  calls,
  follow,
  screen,
  serve,
  fleet,
};

const { values } = parseArgs({
  options: {
    section: { type: 'string', multiple: true, default: [] },
    write: { type: 'string' },
    against: { type: 'string' },
    rounds: { type: 'string', default: '3' },
  },
});
const names = values.section.length === 0 ? Object.keys(SECTIONS) : values.section;
const unknown = names.filter((name) => !(name in SECTIONS));
if (unknown.length > 0) throw new Error(`--section is one of ${Object.keys(SECTIONS).join(', ')}, not ${unknown}`);
if (values.write !== undefined && values.section.length > 0) throw new Error('--write takes all sections');
if (!/^[1-9]\d*$/.test(values.rounds)) throw new Error(`--rounds takes a number, not '${values.rounds}'`);
if (process.getuid?.() !== 0) throw new Error('run it as root');

const loadAtStart = load();
const parts: string[] = [];
let svg: string | null = null;
const options = {
  rounds: Number(values.rounds),
  against: values.against === undefined ? null : resolve(values.against),
};
await withBench(options, async (bench) => {
  for (const [name, section] of Object.entries(SECTIONS)) {
    if (!names.includes(name)) continue;
    process.stderr.write(`${name}…\n`);
    const { title, about } = section;
    const measured = await section.run(bench);
    parts.push(`### ${title}`, `${about} \`npm run bench -- --section ${name}\``, measured.markdown);
    svg ??= measured.svg ?? null;
    if (values.write === undefined) console.log(`${parts.splice(0).join('\n\n')}\n`);
  }
});
const machine = await machineText(loadAtStart);
if (values.write === undefined) console.log(machine);
else {
  const document = withGenerated(await readFile(values.write, 'utf8'), [machine, ...parts].join('\n\n'));
  await writeFile(values.write, document);
  if (svg !== null) await writeFile(values.write.replace(/\.md$/, '.svg'), svg);
}
