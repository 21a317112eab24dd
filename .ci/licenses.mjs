// Part of the build: the licenses of the packages that are in a bundle.

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const MODULES = fileURLToPath(new URL('../node_modules', import.meta.url));

/** Not among the inputs of a bundle: what ajv generates the validators from, and the headers of the addon. */
const COMPILED_IN = ['ajv', 'fast-deep-equal', 'node-addon-api'];

const LIBBPF = `libbpf (bpf/*.h), BSD-2-Clause

Copyright (c) 2015-2021 the libbpf authors, among them Facebook

Redistribution and use in source and binary forms, with or without modification, are permitted provided that the following
conditions are met:

1. Redistributions of source code must retain the above copyright notice, this list of conditions and the following disclaimer.
2. Redistributions in binary form must reproduce the above copyright notice, this list of conditions and the following disclaimer
   in the documentation and/or other materials provided with the distribution.

THIS SOFTWARE IS PROVIDED BY THE COPYRIGHT HOLDERS AND CONTRIBUTORS "AS IS" AND ANY EXPRESS OR IMPLIED WARRANTIES, INCLUDING, BUT NOT
LIMITED TO, THE IMPLIED WARRANTIES OF MERCHANTABILITY AND FITNESS FOR A PARTICULAR PURPOSE ARE DISCLAIMED. IN NO EVENT SHALL THE
COPYRIGHT HOLDER OR CONTRIBUTORS BE LIABLE FOR ANY DIRECT, INDIRECT, INCIDENTAL, SPECIAL, EXEMPLARY, OR CONSEQUENTIAL DAMAGES
(INCLUDING, BUT NOT LIMITED TO, PROCUREMENT OF SUBSTITUTE GOODS OR SERVICES; LOSS OF USE, DATA, OR PROFITS; OR BUSINESS INTERRUPTION)
HOWEVER CAUSED AND ON ANY THEORY OF LIABILITY, WHETHER IN CONTRACT, STRICT LIABILITY, OR TORT (INCLUDING NEGLIGENCE OR OTHERWISE)
ARISING IN ANY WAY OUT OF THE USE OF THIS SOFTWARE, EVEN IF ADVISED OF THE POSSIBILITY OF SUCH DAMAGE.
`;

const manifestOf = (name) => JSON.parse(readFileSync(join(MODULES, name, 'package.json'), 'utf8'));

function licenseOf(name) {
  const { version, license } = manifestOf(name);
  const file = readdirSync(join(MODULES, name)).find((one) => /^licen[cs]e\b/i.test(one));
  if (file === undefined) throw new Error(`${name} has no license file, so it cannot be bundled`);
  return `${name} ${version}, ${license}\n\n${readFileSync(join(MODULES, name, file), 'utf8').trim()}\n`;
}

/** @param inputs Paths of everything that was bundled. */
export function licenses(inputs) {
  const names = new Set([...inputs.flatMap((path) => /.*node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path)?.[1] ?? []), ...COMPILED_IN]);
  // Some packages contain those that they depend on.
  for (const name of names) for (const inner of Object.keys(manifestOf(name).dependencies ?? {})) names.add(inner);
  return [...[...names].sort().map(licenseOf), LIBBPF].join(`\n${'-'.repeat(80)}\n\n`);
}
