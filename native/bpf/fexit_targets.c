#ifndef _GNU_SOURCE
#define _GNU_SOURCE  // memmem
#endif

#include "fexit_targets.h"

#include <errno.h>
#include <string.h>

// libbpf's gen_loader rounds everything that it adds to the data up to this size (add_data()).
#define ALIGNMENT 8

// Strings in BTF are NUL-terminated, and follow each other (Documentation/bpf/btf.rst).
static int has_string(const char* btf, size_t size, const char* name) {
  const size_t length = strlen(name) + 1;
  for (const char* at = btf; (at = (const char*)memmem(at, size - (size_t)(at - btf), name, length)) != NULL;
       at++)
    if (at > btf && at[-1] == '\0') return 1;
  return 0;
}

static void replace(char* data, size_t size, const struct sockwatch_fexit_target* target) {
  const size_t length = strlen(target->name) + 1;
  for (size_t at = 0; at + length <= size; at += ALIGNMENT) {
    if (memcmp(data + at, target->name, length) != 0) continue;
    memset(data + at, 0, length);
    memcpy(data + at, target->stand_in, strlen(target->stand_in));
  }
}

int sockwatch_replace_missing_targets(char* data, size_t size, const struct sockwatch_fexit_target* targets,
                                      unsigned int count, const char* btf, size_t btf_size,
                                      unsigned int* missing) {
  *missing = 0;
  for (unsigned int at = 0; at < count; at++) {
    if (has_string(btf, btf_size, targets[at].name)) continue;
    if (targets[at].can_be_in_module) return -ENOENT;
    replace(data, size, &targets[at]);
    *missing |= 1U << at;
  }
  return 0;
}
