import t from 'tap';
import { toLine } from '../../../src/report/line.js';
import { toTable } from '../../../src/report/table.js';
import { listenersText, ownersText } from '../../../src/verdict/text/format.js';
import { joined } from '../../joined.js';
import { documentOf } from '../../snapshot/document/document.js';
import { capture, listener, processOwner, row, spec } from '../factory.js';

const many = Array.from({ length: 3000 }, (_, at) =>
  listener(`127.${at >> 16}.${(at >> 8) & 255}.${at & 255}`, 10248, {
    id: `tcp:${at}`,
    owners: [processOwner(`p${at}`, { pid: at, exe: `/${'x'.repeat(500)}${at}` })],
  }),
);

t.test('a message lists some sockets and owners, and says how many more there are', (t) => {
  t.equal(listenersText(many.slice(0, 2)), '127.0.0.0:10248 and 127.0.0.1:10248');
  t.match(listenersText(many), /^(?:127\.0\.0\.\d:10248(?:,| and) ){8}2992 more$/);
  t.match(ownersText(many), /^(?:p\d \(pid [^)]*\), ){8}2992 more$/);
  t.match(listenersText(many.slice(0, 9)), / and 1 more$/);
  t.end();
});

t.test('no sentence of a document grows with the number of sockets', (t) => {
  for (const host of ['localhost', 'default', '*', '192.0.2.9']) {
    for (const service of ['kubelet', 'p1']) {
      const document = documentOf(spec([row(`${host}:10248`, service)]), capture(many));
      const found = document.findings.flatMap(({ message, reason, advice }) => [
        message,
        reason ?? '',
        advice?.text ?? '',
        ...(advice?.commands ?? []),
      ]);
      const longest = Math.max(...found.map(({ length }) => length));
      t.ok(longest < 16_000, `${service} on ${host}: ${longest}`);
      t.ok((document.findings[0]?.advice?.commands.length ?? 0) <= 10);
      t.ok(joined(toTable(document)).split('\n').length >= document.findings.length);
      t.ok(toLine(document).length <= 81);
    }
  }
  t.end();
});
