import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import t from 'tap';
import ts from 'typescript';
import { KnownNames } from '../../../src/snapshot/redact/known_names.js';
import { vocabularyOf } from '../../../src/snapshot/redact/vocabulary.js';
import { builtinSpec } from '../../../src/spec/builtin.js';
import { spec } from '../../verdict/factory.js';

const ROOT = fileURLToPath(new URL('../../../../', import.meta.url));

/** Whatever can stand in a message, a reason, an error or a note of a snapshot is written in one of these. */
const FOLDERS = ['src/kernel/sockets', 'src/kernel/owners', 'src/kernel/network', 'native'];
const FILES = [
  'src/verdict/role.ts',
  'src/snapshot/namespaces.ts',
  'src/snapshot/snapshot.ts',
  'src/snapshot/capture.ts',
  'src/snapshot/options.ts',
  'src/base/errors.ts',
];

/** Texts in TypeScript code, those of templates without what is put into them. */
function textsInTypeScript(code: string): string[] {
  const texts: string[] = [];
  const visit = (node: ts.Node): void => {
    const isPart = ts.isTemplateHead(node) || ts.isTemplateMiddle(node) || ts.isTemplateTail(node);
    if (isPart || ts.isStringLiteralLike(node)) texts.push(node.text);
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile('code.ts', code, ts.ScriptTarget.Latest));
  return texts;
}

function textsInCpp(code: string): string[] {
  return Array.from(code.replace(/\/\/.*$/gm, '').matchAll(/"((?:[^"\\\n]|\\.)*)"/g), ([, text = '']) => text);
}

t.test('the list has every word of our own sentences', (t) => {
  const page = spec([], { title: '' });
  const words = vocabularyOf(page);
  const known = new KnownNames(page);
  const files = [
    ...FOLDERS.flatMap((folder) => readdirSync(ROOT + folder).map((name) => `${folder}/${name}`)),
    ...FILES,
  ].filter((path) => /\.(ts|cc)$/.test(path));
  const sentences = files
    .flatMap((path) => (path.endsWith('.ts') ? textsInTypeScript : textsInCpp)(readFileSync(ROOT + path, 'utf8')))
    .filter((text) => /[A-Za-z]{2} |[a-z],? [a-z]| [a-z]{2}/.test(text));
  t.ok(sentences.length > 10, 'sentences were found');
  const missing = sentences.flatMap((text) =>
    (text.match(/(?<![\w/.-])[A-Za-z][\w-]*(?![\w/-]|\.[a-z])/g) ?? []).filter(
      (word) => !known.has(word) && !word.split('-').every((part) => words.has(part.toLowerCase())),
    ),
  );
  t.strictSame([...new Set(missing)].sort(), []);
  t.ok(words.has('holds') && words.has('eacces'), 'and of the system’s');
  t.notOk(words.has('streams') || words.has('intruder'), 'and not whatever word there is');
  t.ok(vocabularyOf(builtinSpec()).has('streams'), 'but those of the page and its notes');
  t.end();
});
