import type { ParseArgsConfig } from 'node:util';
import type { OwnersMode } from '../kernel/owners/owner_source.js';
import type { SpecOptions } from '../spec/load.js';
import type { Role } from '../spec/rows.js';
import { OWNERS, oneOf, pathOf, ROLES, specOptions } from './parse_options.js';

/** What to read of a node that is looked at now, and what to compare it with. */
export interface NodeOptions {
  readonly spec: SpecOptions;
  readonly role: Role | 'auto';
  readonly netns: string | null;
  readonly owners: OwnersMode;
  readonly allowModuleLoad: boolean;
  readonly hostRoot: string | null;
}

/** Those that say what to read. */
export const NODE_OPTIONS = {
  netns: { type: 'string' },
  'host-root': { type: 'string' },
  owners: { type: 'string' },
  'allow-module-load': { type: 'boolean' },
} as const satisfies ParseArgsConfig['options'];

type NodeValues = Parameters<typeof specOptions>[0] & {
  readonly role?: string | undefined;
  readonly netns?: string | undefined;
  readonly 'host-root'?: string | undefined;
  readonly owners?: string | undefined;
  readonly 'allow-module-load'?: boolean | undefined;
};

/** @throws SockwatchError ERR_USAGE, on one line */
export function nodeOptions(values: NodeValues): NodeOptions {
  return {
    spec: specOptions(values),
    role: oneOf('role', values.role, ROLES, 'auto'),
    netns: pathOf('netns', values.netns),
    owners: oneOf('owners', values.owners, OWNERS, 'auto'),
    allowModuleLoad: values['allow-module-load'] ?? false,
    hostRoot: pathOf('host-root', values['host-root']),
  };
}
