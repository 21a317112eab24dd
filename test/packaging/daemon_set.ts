import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Test } from 'tap';
import { parseAllDocuments } from 'yaml';
import type { Lab } from '../lab/lab.js';
import { ROOT } from '../native/toolchain.js';

/** As much as is used of objects of Kubernetes. */
export interface KubernetesObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string };
  readonly spec?: unknown;
}

interface Pod {
  readonly hostNetwork: boolean;
  readonly hostPID: boolean;
  readonly hostIPC?: boolean;
  readonly containers: readonly [Container];
  readonly volumes: readonly { readonly name: string; readonly hostPath?: { readonly path: string } }[];
}

interface RestrictedContext {
  readonly readOnlyRootFilesystem: boolean;
  readonly allowPrivilegeEscalation: boolean;
  readonly capabilities: { readonly drop: readonly string[]; readonly add: readonly string[] };
  readonly seccompProfile: { readonly type: string };
}

interface Container {
  readonly image: string;
  readonly args: readonly string[];
  readonly securityContext: RestrictedContext | { readonly privileged: true };
  readonly volumeMounts: readonly { readonly name: string; readonly mountPath: string; readonly readOnly?: boolean }[];
}

/** What `kubectl kustomize` makes of a directory below packaging/kubernetes. */
export function rendered(directory: string): KubernetesObject[] {
  const path = join(ROOT, 'packaging/kubernetes', directory);
  const text = execFileSync('kubectl', ['kustomize', path], { encoding: 'utf8' });
  return parseAllDocuments(text).map((document) => document.toJS() as KubernetesObject);
}

/** The pod that `kubectl debug node/NODE -it --profile=sysadmin` of kubectl 1.32 creates (read from its request by protoc). */
export const DEBUG_POD = (
  JSON.parse(readFileSync(join(ROOT, 'test/fixtures/kubernetes/debug_pod.json'), 'utf8')) as { spec: Pod }
).spec;

export function podOf(objects: readonly KubernetesObject[]): Pod {
  const spec = objects.find(({ kind }) => kind === 'DaemonSet')?.spec as { template: { spec: Pod } } | undefined;
  if (spec === undefined) throw new Error('there is a DaemonSet');
  return spec.template.spec;
}

/** What containerd gives a container unless it is told otherwise (defaultUnixCaps() in oci/spec.go). */
const DEFAULT_CAPABILITIES =
  'CHOWN DAC_OVERRIDE FSETID FOWNER MKNOD NET_RAW SETGID SETUID SETFCAP SETPCAP NET_BIND_SERVICE SYS_CHROOT KILL AUDIT_WRITE'.split(
    ' ',
  );

/** Options of `ctr container create` for the security context of a pod. */
function ctrOptions({ hostNetwork, containers: [{ securityContext }] }: Pod): string[] {
  const network = hostNetwork ? ['--net-host'] : [];
  if ('privileged' in securityContext) return [...network, '--privileged'];
  const { readOnlyRootFilesystem, capabilities, seccompProfile, allowPrivilegeEscalation } = securityContext;
  if (capabilities.drop.join() !== 'ALL' || seccompProfile.type !== 'RuntimeDefault' || allowPrivilegeEscalation)
    throw new Error('the test knows nothing else');
  return [
    ...network,
    ...(readOnlyRootFilesystem ? ['--read-only'] : []),
    '--seccomp',
    ...DEFAULT_CAPABILITIES.flatMap((name) => ['--cap-drop', `CAP_${name}`]),
    ...capabilities.add.flatMap((name) => ['--cap-add', `CAP_${name}`]),
  ];
}

interface RuntimeSpec {
  process: { args: string[]; env: string[]; noNewPrivileges: boolean; capabilities: { bounding: string[] } };
  root: { path: string };
  mounts: { destination: string; type: string; source: string; options: string[] }[];
  linux: { namespaces: { type: string }[]; seccomp?: object };
}

/** Completes what containerd made of `ctrOptions` (the file of `ctr container info`) by what kubelet would add. */
function completeSpec(file: string, pod: Pod, rootfs: string, args: readonly string[]): RuntimeSpec {
  const { Spec: spec } = JSON.parse(readFileSync(file, 'utf8')) as { Spec: RuntimeSpec };
  spec.process.args = ['/usr/bin/k8s-sockwatch', ...args];
  spec.process.noNewPrivileges = !('privileged' in pod.containers[0].securityContext);
  spec.root.path = rootfs;
  const shared = [...(pod.hostPID ? ['pid'] : []), ...(pod.hostIPC === true ? ['ipc'] : [])];
  spec.linux.namespaces = spec.linux.namespaces.filter(({ type }) => !shared.includes(type));
  for (const { name, mountPath, readOnly } of pod.containers[0].volumeMounts) {
    const source = pod.volumes.find((volume) => volume.name === name)?.hostPath?.path;
    spec.mounts.push(
      source === undefined
        ? { destination: mountPath, type: 'tmpfs', source: 'tmpfs', options: ['nosuid', 'nodev', 'mode=1777'] }
        : {
            destination: mountPath,
            type: 'bind',
            source,
            options: ['rbind', 'rslave', readOnly === true ? 'ro' : 'rw'],
          },
    );
  }
  writeFileSync(file, JSON.stringify(spec));
  return spec;
}

/** The containerd of the lab's node. */
export const CTR = ['ctr', '--address', '/run/containerd/containerd.sock', '--namespace', 'k8s.io'];

/** Runs the image on the lab's node by its containerd and runc, as kubelet would run the pod. */
export async function startImage(
  t: Test,
  lab: Lab,
  pod: Pod,
  name: string,
  args: readonly string[],
  ...options: readonly string[]
) {
  const image = `docker.io/library/${pod.containers[0].image}`;
  const directory = t.testdir({ root: {} });
  const [file, root] = [join(directory, 'spec.json'), join(directory, 'root')];
  const ctr = async (...argv: readonly string[]): Promise<string> => {
    const { code, stdout, stderr } = await lab.exec([...CTR, ...argv]);
    t.equal(code, 0, `${argv[0]} ${argv[1]}: ${stderr}`);
    return stdout;
  };
  await ctr('images', 'import', join(ROOT, 'dist/k8s-sockwatch-image-linux-x64.tar'));
  await ctr('containers', 'create', ...ctrOptions(pod), image, `${name}-template`);
  writeFileSync(file, await ctr('containers', 'info', `${name}-template`));
  await ctr('images', 'mount', '--rw', image, root);
  const spec = completeSpec(file, pod, root, args);
  const { securityContext } = pod.containers[0];
  if (!('privileged' in securityContext)) {
    t.strictSame(
      [...spec.process.capabilities.bounding].sort(),
      securityContext.capabilities.add.map((one) => `CAP_${one}`).sort(),
    );
    t.ok(spec.linux.seccomp);
  }
  t.teardown(() => lab.exec([...CTR, 'images', 'unmount', root]));
  return lab.exec([...CTR, 'run', ...options, '--config', file, name]);
}
