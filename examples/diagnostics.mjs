#!/usr/bin/env node
// A small diagnostics program that embeds k8s-sockwatch: takes a snapshot of this node within a time limit, writes it redacted
// to OUTPUT.json, and prints the faults.
//
//   node diagnostics.mjs OUTPUT.json [SECONDS]

import { writeFileSync } from 'node:fs';
import { exitNow, redact, SockwatchError, snapshot } from 'k8s-sockwatch';

const [output, seconds = '10'] = process.argv.slice(2);
if (output === undefined || !(Number(seconds) > 0)) {
  console.error('usage: diagnostics.mjs OUTPUT.json [SECONDS]');
  process.exit(2);
}

// On Ctrl-C, snapshot() throws the error given to abort() at once.
const stop = new AbortController();
for (const name of ['SIGINT', 'SIGTERM']) process.once(name, () => stop.abort(new Error(`stopped by ${name}`)));

let code = 0;
try {
  const document = await snapshot({ deadlineMs: Number(seconds) * 1000, signal: stop.signal });
  writeFileSync(output, `${JSON.stringify(redact(document))}\n`, { mode: 0o600, flag: 'wx' });

  const faults = document.findings.filter(({ severity }) => severity === 'error' || severity === 'warning');
  console.log(`${document.node.role} node: ${document.summary.result}, ${faults.length} faults`);
  for (const { verdict, message } of faults) console.log(`- ${verdict}: ${message}`);
  for (const { name, error } of document.coverage.sources) if (error !== null) console.log(`? ${name}: ${error}`);
  console.log(`redacted snapshot: ${output}`);
} catch (error) {
  // Errors of the library have a code, a message and a hint.
  const isKnown = error instanceof SockwatchError;
  console.error(isKnown ? `${error.code}: ${error.message} (${error.hint ?? 'no hint'})` : error.message);
  code = 2;
}
// process.exit() would wait for reads that hang in the kernel.
exitNow(code);
