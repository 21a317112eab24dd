import t from 'tap';
import { filled, HOLE, holesIn } from '../../src/fleet/text_parts.js';
import { TextTable } from '../../src/fleet/texts.js';

function roundTrip(text: string, table = new TextTable()): string {
  const { template, fillings } = table.store(text);
  t.equal(fillings.length, holesIn(table.parts, template), `${JSON.stringify(text)}: as many fillings as holes`);
  t.ok(
    fillings.every((filling) => filling === filling >>> 0),
    'which fit into 32 bits',
  );
  return filled(table.parts, template, Uint32Array.from([7, ...fillings]), 1);
}

t.test('texts come out as they went in', (t) => {
  const table = new TextTable();
  const texts = [
    '',
    'nothing listens on localhost:10248/tcp',
    'kubelet (pid 812, /snap/k8s/1/bin/kubelet) on 127.0.0.1:10248 and [::1]:10248',
    'pid 0, pid 007, pid 99999999999999999999, pid 1000000000, pid 999999999, pid x',
    '1.2.3.4.5.6 and 999.999.999.999 and 1.2.3',
    '$& $1 $$ \\0 %s',
    'pid 1pid 2pid 3',
    '日本 é 😀',
  ];
  for (const text of [...texts, ...texts]) t.equal(roundTrip(text, table), text);
  t.end();
});

t.test('what a node chose is made printable, and cannot be taken for a hole', (t) => {
  t.equal(roundTrip(`a${HOLE}b\x1b[2J pid 5 \u202e`), 'a\\x00b\\x1b[2J pid 5 \\u{202e}');
  t.equal(roundTrip('x'.repeat(5000)), `${'x'.repeat(4000)}…`);
  t.end();
});

t.test('texts that differ in process numbers and addresses share a template', (t) => {
  const table = new TextTable();
  const one = table.store('a (pid 12) on 10.0.0.1:80');
  const other = table.store('a (pid 4000000) on 10.0.0.2:80');
  t.equal(one.template, other.template);
  t.not(one.template, table.store('a (pid 12) on 10.0.0.1:81').template);
  t.equal(table.parts.length, 4, 'two templates and two addresses: process numbers take no part');
  t.end();
});
