import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import t from 'tap';
import ts from 'typescript';
import { parse } from 'yaml';
import { ROOT } from '../native/toolchain.js';
import { type KubernetesObject, podOf, rendered } from './daemon_set.js';

t.test('kustomize renders the objects that the documentation names', (t) => {
  const kinds = (directory: string): string[] =>
    rendered(directory).map(({ apiVersion, kind }) => `${apiVersion} ${kind}`);
  t.strictSame(kinds('base').sort(), ['apps/v1 DaemonSet', 'v1 Namespace']);
  t.strictSame(kinds('prometheus-operator').sort(), [
    'apps/v1 DaemonSet',
    'monitoring.coreos.com/v1 PodMonitor',
    'monitoring.coreos.com/v1 PrometheusRule',
    'v1 Namespace',
  ]);
  const file = join(ROOT, 'packaging/kubernetes/prometheus-operator/prometheusrule.yaml');
  // Not as rendered: kustomize adds a newline to folded texts.
  const rule = parse(readFileSync(file, 'utf8')) as KubernetesObject;
  t.ok(
    isDeepStrictEqual(rule.spec, parse(readFileSync(join(ROOT, 'packaging/prometheus/rules.yaml'), 'utf8'))),
    'the rules are those of packaging/prometheus',
  );
  t.end();
});

/** Types of Kubernetes' own API, whose fields a literal must have and may not exceed. */
const API_TYPES: Readonly<Record<string, string>> = {
  'v1 Namespace': "import('kubernetes-types/core/v1').Namespace",
  'apps/v1 DaemonSet': "import('kubernetes-types/apps/v1').DaemonSet",
};

/** What the compiler finds wrong with objects as literals of these types. */
function typeErrors(objects: readonly KubernetesObject[]): string[] {
  const file = join(ROOT, 'test/packaging/rendered_objects.ts');
  const text = objects
    .map((object, at) => {
      const type = API_TYPES[`${object.apiVersion} ${object.kind}`];
      return type === undefined ? '' : `export const object${at}: ${type} = ${JSON.stringify(object, null, 1)};\n`;
    })
    .join('');
  const options: ts.CompilerOptions = {
    strict: true,
    noEmit: true,
    types: [],
    skipLibCheck: true,
    lib: ['lib.es5.d.ts'],
    module: ts.ModuleKind.ESNext,
    moduleResolution: ts.ModuleResolutionKind.Bundler,
  };
  const host = ts.createCompilerHost(options);
  const { getSourceFile, fileExists } = host;
  host.fileExists = (path) => path === file || fileExists(path);
  host.getSourceFile = (path, ...rest) =>
    path === file ? ts.createSourceFile(path, text, ts.ScriptTarget.ESNext) : getSourceFile(path, ...rest);
  const program = ts.createProgram([file], options, host);
  return ts
    .getPreEmitDiagnostics(program)
    .map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, ' ').replaceAll(/\s+/g, ' '));
}

t.test('the objects have the fields of the API, as its types name them', (t) => {
  const objects = rendered('base');
  t.strictSame(typeErrors(objects), []);
  const changed = (from: string, to: string) => JSON.parse(JSON.stringify(objects).replace(from, to)) as typeof objects;
  const errors = typeErrors([
    ...changed('"hostPID"', '"hostPid"'),
    ...changed('"containerPort":9477', '"containerPort":"9477"'),
  ]);
  t.match(errors, [/"hostPid".* does not exist/, /'string' is not assignable to type 'number'/]);
  t.end();
});

t.test('the DaemonSet has the privileges of the documentation and no others', (t) => {
  const pod = podOf(rendered('base'));
  const { securityContext } = pod.containers[0];
  if ('privileged' in securityContext) throw new Error('it is privileged');
  const { capabilities } = securityContext;
  const documented = readFileSync(join(ROOT, 'docs/privileges.md'), 'utf8');
  t.strictSame(capabilities.drop, ['ALL']);
  for (const name of capabilities.add) t.ok(documented.includes(`CAP_${name}`), name);
  t.match(securityContext, {
    readOnlyRootFilesystem: true,
    allowPrivilegeEscalation: false,
    seccompProfile: { type: 'RuntimeDefault' },
  });
  t.ok(pod.containers[0].volumeMounts.every(({ name, readOnly }) => readOnly === true || name === 'tmp'));
  t.end();
});
