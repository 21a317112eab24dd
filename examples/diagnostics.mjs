#!/usr/bin/env node
// A small diagnostics program with k8s-sockwatch inside: looks at this node within a time limit, writes the evidence without
// what tells whose node it is, and says in a few lines what is wrong.
//
//   node diagnostics.mjs OUTPUT.json [SECONDS]

import { writeFileSync } from 'node:fs';
import { exitNow, loadSpec, redact, SockwatchError, snapshot } from 'k8s-sockwatch';

const [output, seconds = '10'] = process.argv.slice(2);
if (output === undefined || !(Number(seconds) > 0)) {
  console.error('usage: diagnostics.mjs OUTPUT.json [SECONDS]');
  process.exit(2);
}

// Ctrl-C stops the waiting at once: snapshot() then throws what abort() is given here.
const stop = new AbortController();
for (const name of ['SIGINT', 'SIGTERM']) process.once(name, () => stop.abort(new Error(`stopped by ${name}`)));

let code = 0;
try {
  const spec = await loadSpec();
  const document = await snapshot({ spec, deadlineMs: Number(seconds) * 1000, signal: stop.signal });
  writeFileSync(output, `${JSON.stringify(redact(document))}\n`, { mode: 0o600, flag: 'wx' });

  const faults = document.findings.filter(({ severity }) => severity === 'error' || severity === 'warning');
  console.log(`${document.node.role} node: ${document.summary.result}, ${faults.length} faults`);
  for (const { verdict, message } of faults) console.log(`- ${verdict}: ${message}`);
  for (const { name, error } of document.coverage.sources) if (error !== null) console.log(`? ${name}: ${error}`);
  console.log(`evidence, redacted: ${output}`);
} catch (error) {
  // Errors of the library have a code for programs, and a message and a hint for people.
  const isKnown = error instanceof SockwatchError;
  console.error(isKnown ? `${error.code}: ${error.message} (${error.hint ?? 'no hint'})` : error.message);
  code = 2;
}
// Not process.exit(): that waits for reads which hang in the kernel, and those were not waited for above.
exitNow(code);
