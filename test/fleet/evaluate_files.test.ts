import t from 'tap';
import { type EvaluatedFile, evaluateFiles } from '../../src/fleet/evaluate_files.js';
import { tarGzOf } from '../evidence/archive.js';
import { BUILTIN, nodeDocument } from './factory.js';

const SS = 'udp UNCONN 0 0 0.0.0.0:8472 0.0.0.0:*\ntcp LISTEN 0 5 127.0.0.1:10248 0.0.0.0:*\n';

async function evaluated(paths: readonly string[], options = {}): Promise<EvaluatedFile[]> {
  const all: EvaluatedFile[] = [];
  for await (const one of evaluateFiles(paths, { spec: BUILTIN, ...options })) all.push(one);
  return all;
}

t.test('evaluates snapshots and ss text, in order', async (t) => {
  const [a, b] = ['a', 'b'].map((name) => JSON.stringify(nodeDocument(name, { without: ['kubelet'] })));
  const members = [
    { path: 'n/a.json', content: a ?? '' },
    { path: 'n/broken.json', content: (b ?? '').slice(0, 300) },
  ];
  const directory = t.testdir({ 'b.json': b ?? '', ss: SS, 'bundle.tgz': tarGzOf(members) });
  const at = (name: string): string => `${directory}/${name}`;
  t.match(await evaluated([at('b.json'), at('gone'), at('bundle.tgz'), at('ss')]), [
    { done: 0, source: at('b.json'), document: { node: { hostname: 'b' }, summary: { result: 'drift' } } },
    { done: 1, source: at('gone'), reason: /no such file/ },
    { done: 2, source: `${at('bundle.tgz')}:n/a.json`, document: { node: { hostname: 'a' } } },
    { done: 2, source: `${at('bundle.tgz')}:n/broken.json`, reason: /valid JSON/ },
    { done: 3, source: at('ss'), document: { sockets: { length: 2 } } },
  ]);
});

t.test('evaluates with the given options', async (t) => {
  const file = `${t.testdir({ 'a.json': JSON.stringify(nodeDocument('a', { without: ['kubelet'] })) })}/a.json`;
  t.match(await evaluated([file], { role: 'control-plane', failOn: 'never' }), [
    { document: { node: { role: 'control-plane', roleSource: 'flag' }, summary: { failOn: 'never' } } },
  ]);
});
