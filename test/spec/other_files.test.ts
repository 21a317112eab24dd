import t from 'tap';
import { formatError } from '../../src/base/format_error.js';
import { readSnapshot } from '../../src/snapshot/document/read_snapshot.js';
import { parseNotes } from '../../src/spec/notes_file.js';
import { failure, parseText } from './helpers.js';

/** Files that a user may name by mistake, or have named for them; what must not be repeated contains `5ecre7`. */
const FILES: readonly (readonly [name: string, text: string])[] = [
  ['/etc/passwd', 'root5ecre7:x:0:0:5ecre7:/5ecre7:/bin/bash\nb:x:1:1::/:/bin/sh\n'],
  ['/etc/shadow', 'root:$y$j9T$5ecre7:20000:0:99999:7:::\nalice:!5ecre7:1::::::\n'],
  ['one word', '5ecre7\n'],
  ['a number', '5557\n'],
  ['a private key', '-----BEGIN PRIVATE KEY-----\n5ecre7+a/b==\n-----END PRIVATE KEY-----\n'],
  ['.netrc', 'machine 5ecre7\n  login 5ecre7\n  password 5ecre7\n'],
  ['a kubeconfig', 'apiVersion: v1\nkind: Config\n5ecre7:\n  token: 5ecre7\n'],
  ['a kubeconfig with an error', 'apiVersion: v1\ntoken: "5ecre7\n'],
  ['a compose file', 'version: "3"\nservices:\n  5ecre7:\n    5ecre7: 5ecre7\n'],
  ['a secret as version', 'version: 5ecre7\n'],
  ['a key twice', '5ecre7: 1\n5ecre7: 2\n'],
  ['an alias', 'a: *5ecre7\n'],
  ['a tag', 'a: !5ecre7 b\n'],
  ['a scalar start', 'a: @5ecre7\n'],
  ['an escape', 'a: "\\5ecre7"\n'],
  ['a list of text', '- 5ecre7\n'],
  ['environment', 'TOKEN=5ecre7\nexport B="5ecre7"\n'],
  ['a configuration', '# 5ecre7\nListen localhost:10999 5ecre7\n#Include 5ecre7\n'],
  ['a script', '#!/bin/sh\ncurl -u a:5ecre7 localhost:80 | jq 5ecre7 | tee 5ecre7\n'],
  ['HTML', '<table><tr><td>5ecre7</table>\n'],
  ['a directive', ':::{5ecre7}\n```{5ecre7}\n```\n'],
  ['a heading', '# Control 5ecre7 nodes\n\n###5ecre7\n'],
  ['JSON text', '"5ecre7"'],
  ['JSON of another program', '{"token": "5ecre7"}'],
  ['JSON with a version', '{"schemaVersion": "5ecre7", "generator": "5ecre7"}'],
  ['a manifest', '{"schemaVersion": 1, "generator": {"name": "5ecre7", "version": "5ecre7"}, "capturedAt": "5ecre7"}'],
  ['broken JSON', '{"token": 5ecre7}'],
];

t.test('an error repeats nothing of a file that is no page, no notes, no snapshot', (t) => {
  const readers: readonly (readonly [name: string, read: (text: string) => unknown])[] = [
    ['page', (text) => parseText(text)],
    ['notes', (text) => parseNotes('n.yaml', Buffer.from(text))],
    ['snapshot', (text) => readSnapshot(text, 'node.json')],
  ];
  for (const [reader, read] of readers) {
    for (const [name, text] of FILES) {
      const message = formatError(failure(() => read(text)));
      t.notMatch(message, /5ecre7|\$y|BEGIN|machine|5557|compose/, `${name} as ${reader}`);
      t.match(message, /^(?:p\.md:\d+|n\.yaml:\d+|node\.json): expected [^\n]+, found [^\n]+$/, `${name} as ${reader}`);
    }
  }
  t.end();
});

t.test('an error in notes quotes them', (t) => {
  for (const head of ['version: 1\n', '"version": 1 # of notes\n', 'version : 1\n']) {
    const { message } = failure(() => parseNotes('n.yaml', Buffer.from(`${head}kubelet: x\n`)));
    t.match(message, /^n\.yaml:2: .*found the key "kubelet"$/, head);
  }
  t.end();
});
