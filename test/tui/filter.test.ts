import t from 'tap';
import { listOf } from '../../src/tui/list.js';
import { Search } from '../../src/tui/search.js';
import { held, processOwner, unixListener } from '../verdict/factory.js';
import {
  linesOf,
  nodeWith,
  opened,
  press,
  resized,
  SOCKETS,
  screenText,
  screenWith,
  unexpected,
  withEvents,
} from './screen.js';

const OWNER = processOwner('etcd', { pid: 4711, unit: 'snap.k8s.etcd.service' });

/** Ports of the listeners that a filter leaves. */
function shown(filter: string): number[] {
  const sockets = [...SOCKETS, unexpected(31337, 'nc'), held('etcd', '127.0.0.1', 2379, { owners: [OWNER] })];
  const state = resized(press(screenWith([nodeWith(sockets)]), '2'), { filter });
  return Array.from(screenText(state).matchAll(/^ {2}tcp +\S+:(\d+) /gm), ([, port]) => Number(port));
}

t.test('what a filter leaves', (t) => {
  const all = [2379, 9879, 10248, 10250, 31337];
  const cases: readonly [filter: string, ports: readonly number[]][] = [
    ['', all],
    ['kubelet', [10248, 10250]],
    ['KUBELET 10248', [10248]],
    ['!kubelet', [2379, 9879, 31337]],
    ['nc|etcd', [2379, 31337]],
    ['!nc|etcd', [9879, 10248, 10250]],
    ['port:1025', []],
    ['port:10250', [10250]],
    ['port:10250|port:9879', [9879, 10250]],
    ['port:10000-10300', [10248, 10250]],
    ['!port:10000-31337', [2379, 9879]],
    ['port:x', []],
    ['port:0x280a', []],
    ['port:1e4-2e4', []],
    ['port:10250-', []],
    ['port:-10250', []],
    ['port:+10250', []],
    ['pid:4700-4800', [2379]],
    ['pid:0x1267', []],
    ['pid:4711', [2379]],
    ['pid:471', []],
    ['unit:ETCD', [2379]],
    ['verdict:exp', [9879]],
    ['severity:warning', [31337]],
    ['!verdict:ok kubelet', []],
    ['127.0.0.1:2379', [2379]],
    // Not complete yet.
    ['!', all],
    ['|', all],
    ['port:', all],
    ['nc|', [31337]],
    // No fields, so words.
    ['constructor:1', []],
  ];
  for (const [filter, ports] of cases) t.strictSame(shown(filter), ports, filter);
  t.end();
});

t.test('a number or path that is being typed is the beginning of one; Enter makes it exact', (t) => {
  const paths = ['/run/x.sock', '/run/x.sock.ttrpc'].map((path) => unixListener(path));
  const start = press(screenWith([nodeWith([...SOCKETS, ...paths])]), '2');
  for (const [filter, typing, exact] of [
    ['port:1025', 1, 0],
    ['port:10', 2, 0],
    ['port:10250', 1, 1],
    ['!port:10', 3, 5],
    ['path:/run/x', 2, 0],
    ['path:/RUN/x.sock', 2, 1],
    ['path:/run/*.sock*', 2, 2],
  ] as const) {
    const typed = press(start, `/ :${filter}`);
    t.strictSame(
      [typed, press(typed, 'return')].map((state) => listOf(state).shown),
      [typing, exact],
      filter,
    );
  }
  t.match(linesOf(press(start, '/ :port:1025')).at(-1), /begins with 1025; Enter: exactly 1025/);
  t.match(linesOf(press(start, '/')).at(-1), /claim: +Esc clears$/);
  t.end();
});

t.test('the next process with a pid is another one', (t) => {
  const [before, after] = [
    processOwner('etcd', { pid: 4711, startedAt: '2026-01-31T11:00:00.000Z' }),
    processOwner('nc', { pid: 4711, startedAt: '2026-01-31T12:00:00.000Z' }),
  ];
  const search = new Search('ETCD');
  t.strictSame(
    [[before], [before, after], [after]].map((owners) => search.isInOwners(owners)),
    [true, true, false],
  );
  t.end();
});

t.test('the fields of events', (t) => {
  const state = withEvents(
    screenWith([nodeWith(SOCKETS)]),
    opened(held('x', '127.0.0.1', 1)),
    opened(held('etcd', '127.0.0.1', 2379, { owners: [OWNER] })),
  );
  for (const filter of ['port:2379', 'pid:4711', 'unit:etcd']) {
    t.match(screenText(resized(press(state, '3'), { filter })), / 1\/1 of 2$/m, filter);
  }
  t.end();
});

t.test('a filter that can match nothing says why', (t) => {
  const said = (filter: string): string =>
    screenText(resized(press(screenWith([nodeWith(SOCKETS)]), '2'), { filter, size: { width: 200, height: 24 } }));
  const cases: readonly [filter: string, why: string][] = [
    ['verdict:mising', 'no verdict begins with "mising" (did you mean missing?); Esc clears the filter'],
    ['verdict:something', 'no verdict begins with "something": wrong-owner, exposed, missing, '],
    ['kubelet !severity:x|verdict:ok', 'no severity begins with "x": '],
    ['verdict:foo', 'no verdict begins with "foo": wrong-owner, exposed, missing, '],
    ['owner:etcd', 'nothing matches "owner:etcd"; the fields are port: pid: unit: '],
    ['unit:etcd|!owner:etcd no', 'the fields are port: '],
    ['pord:10250', 'no field "pord:" (did you mean port:10250?); Esc clears the filter'],
    ['port:http', 'port: takes a number, or a range such as 30000-32767; Esc'],
    ['verdict:wrong-owner', 'nothing matches "verdict:wrong-owner"; Esc clears the filter'],
    ['localhost:1', 'nothing matches "localhost:1"; Esc'],
    ['unit:nothing', 'nothing matches "unit:nothing"; Esc'],
  ];
  for (const [filter, why] of cases) t.match(said(filter), why, filter);
  t.end();
});
