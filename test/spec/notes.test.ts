import t from 'tap';
import { type ListenerNote, mergeNotes, NO_NOTES, type Notes, type RowNote } from '../../src/spec/notes.js';

function row(reason: string): RowNote {
  const match = { service: 'a', port: null, protocol: null, path: null };
  return {
    match,
    roles: null,
    serviceByRole: {},
    condition: null,
    decidedBy: null,
    paths: [],
    hardening: null,
    hardeningRoles: null,
    replacedBy: [],
    cluster: null,
    claims: {},
    noClaims: null,
    reason,
  };
}

function listener(reason: string): ListenerNote {
  return { owners: ['a'], devices: [], scope: 'any', addresses: [], protocols: ['tcp'], ports: [], reason };
}

const base: Notes = {
  sources: ['base'],
  services: new Map([
    ['a', { names: ['x'], units: ['a.service'], devices: [], pods: false }],
    ['b', { names: [], units: [], pods: false, devices: ['b0'] }],
  ]),
  sharedUnits: ['x.service'],
  rows: [row('1')],
  listeners: [listener('1')],
};

t.test('later notes add to earlier ones', (t) => {
  const more: Notes = {
    sources: ['more'],
    services: new Map([
      ['a', { names: ['x', 'y'], units: ['b.service'], pods: false, devices: ['a0'] }],
      ['c', { names: ['z'], units: [], devices: [], pods: false }],
    ]),
    sharedUnits: ['x.service', 'y.service'],
    rows: [row('2')],
    listeners: [listener('2')],
  };
  t.strictSame(mergeNotes(base, more), {
    sources: ['base', 'more'],
    services: new Map([
      ['a', { names: ['x', 'y'], units: ['a.service', 'b.service'], pods: false, devices: ['a0'] }],
      ['b', { names: [], units: [], pods: false, devices: ['b0'] }],
      ['c', { names: ['z'], units: [], devices: [], pods: false }],
    ]),
    sharedUnits: ['x.service', 'y.service'],
    rows: [row('1'), row('2')],
    listeners: [listener('1'), listener('2')],
  });
  t.end();
});

t.test('merging with no notes, without mutation', (t) => {
  t.strictSame(mergeNotes(base, NO_NOTES), base);
  t.strictSame(mergeNotes(NO_NOTES, base), base);
  t.equal(NO_NOTES.services.size, 0);
  t.end();
});
