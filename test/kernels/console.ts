/** What the kernel says of a fault of its own, in its console or dmesg. Stalls are not among them: emulation is slow. */
const FAULTS = [
  /\bkernel BUG at /,
  /\bBUG: /,
  /\bOops\b/,
  /\bWARNING: /,
  /\bUBSAN: /,
  /\bgeneral protection fault\b/,
  /\bUnable to handle kernel /,
  /\blist_(add|del) corruption\b/,
  /\bKernel panic\b/,
  /\brefcount_t: /,
  /\bpossible recursive locking\b/,
];

/** The lines of a console or dmesg that report a fault of the kernel. */
export function kernelFaults(text: string): string[] {
  return text.split(/\r?\n/).filter((line) => FAULTS.some((fault) => fault.test(line)));
}
