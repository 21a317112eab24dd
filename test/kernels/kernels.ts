/** A Debian kernel, what is run in it, and how. */
export interface Kernel {
  readonly name: string;
  readonly arch: 'amd64' | 'arm64';
  readonly suite: string;
  /** Of its release, without the architecture; kernels for clouds, which have no 9p, do not match. */
  readonly pattern: string;
  readonly boots: readonly Boot[];
}

export interface Boot {
  /** Added to the command line of the kernel. */
  readonly argument: string | null;
  /** Names of `*.guest.ts` files. */
  readonly tests: readonly string[];
}

const boot = (argument: string | null, ...tests: readonly string[]): Boot => ({ argument, tests });
const LOCKDOWN = [boot('lockdown=integrity', 'lockdown'), boot('lockdown=confidentiality', 'lockdown')];

/** Suites instead of versions, because mirrors drop old versions. */
export const KERNELS: readonly Kernel[] = [
  {
    ...{ name: '5.10', arch: 'amd64', suite: 'bullseye', pattern: '5\\.10\\.[0-9]*-[0-9]*' },
    boots: [boot(null, 'basic')],
  },
  {
    ...{ name: '6.1', arch: 'amd64', suite: 'bookworm', pattern: '6\\.1\\.[0-9]*-[0-9]*' },
    boots: [boot(null, 'basic', 'devices', 'capabilities', 'cost'), ...LOCKDOWN],
  },
  {
    ...{ name: '6.12', arch: 'amd64', suite: 'trixie', pattern: '6\\.12\\.[0-9.]*[+]deb[0-9.]*' },
    boots: [boot(null, 'basic', 'cost')],
  },
  {
    ...{ name: 'newest', arch: 'amd64', suite: 'sid', pattern: '[0-9][0-9.]*[+]deb[0-9.]*' },
    boots: [boot(null, 'basic', 'devices', 'capabilities', 'cost'), ...LOCKDOWN],
  },
  {
    ...{ name: '6.12-arm64', arch: 'arm64', suite: 'trixie', pattern: '6\\.12\\.[0-9.]*[+]deb[0-9.]*' },
    boots: [boot(null, 'basic')],
  },
];
