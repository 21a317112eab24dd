#ifndef SOCKWATCH_BPF_FEXIT_TARGETS_H
#define SOCKWATCH_BPF_FEXIT_TARGETS_H

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/* A kernel function that a fexit program is for, and one with the same parameters that every kernel has and
 * whose name is not longer. */
struct sockwatch_fexit_target {
  const char* name;
  const char* stand_in;
  /* Where the kernel's image lacks it, it may be in a module, where it is not looked up. Otherwise such a
   * kernel does without it. */
  int can_be_in_module;
};

/* The kernel refuses a whole light skeleton if it lacks one of the functions, such as those of MPTCP. This
 * replaces the names of functions that `btf`, the kernel's BTF, does not have in `data`, what the skeleton's
 * loader program reads, by their stand-ins. Their programs must not be attached: `missing` has them as bits.
 * Returns -ENOENT if one of them can be in a module, so that calls of it would not be seen, and otherwise 0.
 */
int sockwatch_replace_missing_targets(char* data, size_t size, const struct sockwatch_fexit_target* targets,
                                      unsigned int count, const char* btf, size_t btf_size,
                                      unsigned int* missing);

#ifdef __cplusplus
}
#endif

#endif
