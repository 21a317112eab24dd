/** Whether the network feature, which is Cilium, is on; null: unknown. */
export type NetworkFeature = 'on' | 'off' | null;

/** Where network plugins put their configuration (containerd's `conf_dir`). */
export const CNI_DIRECTORY = '/etc/cni/net.d';

/**
 * By the files of network plugins: Cilium's, or another's. Null where there is none yet, or the directory could not be read. Cilium
 * renames the files of others, which are then no configuration any more.
 */
export function networkFeatureOf(names: readonly string[] | null): NetworkFeature {
  const used = (names ?? []).filter((name) => /\.(?:conf|conflist|json)$/.test(name));
  if (used.some((name) => /cilium/.test(name))) return 'on';
  return used.length > 0 ? 'off' : null;
}
