import { messageOf, SockwatchError } from '../base/errors.js';
import { formatError } from '../base/format_error.js';
import { printable } from '../base/text.js';
import { isKernelError, type KernelError } from '../kernel/addon.js';
import { EXIT_CODE } from './exit_code.js';

/** Prints one line, without the stack unless it is asked for, and waits until it is written: a pipe may be full. */
export async function reportFailure(error: unknown): Promise<number> {
  process.stderr.on('error', () => {});
  await new Promise((done) => {
    process.stderr.write(`k8s-sockwatch: ${describe(error)}\n`, done);
  });
  return EXIT_CODE.failed;
}

function describe(error: unknown): string {
  if (error instanceof SockwatchError) return formatError(error);
  if (process.env['K8S_SOCKWATCH_DEBUG'] !== undefined && error instanceof Error) {
    return (error.stack ?? error.message).split('\n').map(printable).join('\n');
  }
  if (isKernelError(error)) return printable(systemErrorText(error));
  return `internal error: ${printable(messageOf(error))} (please report it; K8S_SOCKWATCH_DEBUG=1 prints the stack)`;
}

/** A call that the system refused, which is nothing that the program did wrong. */
function systemErrorText({ code, message }: KernelError): string {
  return code === 'EMFILE' ? `${message} (raise the limit of open files, ulimit -n)` : message;
}
