// C, because the light skeleton is C.

#include "owners_loader.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "load_attempts.h"

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wsign-compare"
#pragma GCC diagnostic ignored "-Wunused-parameter"
#pragma GCC diagnostic ignored "-Wunused-function"
#include "owners.skel.h"
#pragma GCC diagnostic pop

static int load_owners(unsigned int pid_namespace, unsigned int addresses_in_netns) {
  struct owners* skeleton = owners__open();
  if (!skeleton) return -ENOMEM;
  skeleton->rodata->pid_namespace = pid_namespace;
  skeleton->rodata->addresses_in_netns = addresses_in_netns;
  int result = owners__load(skeleton);
  if (result == 0) result = owners__attach(skeleton);
  if (result >= 0) {
    // The link keeps the program, and is not closed with the skeleton.
    result = skeleton->links.list_owners_fd;
    skeleton->links.list_owners_fd = 0;
  }
  owners__destroy(skeleton);
  return result;
}

int sockwatch_load_owners(unsigned int pid_namespace, unsigned int addresses_in_netns) {
  sigset_t signals;
  sockwatch_block_signals(&signals);
  int result = -EAGAIN;
  for (int attempt = 0; attempt < SOCKWATCH_LOAD_ATTEMPTS && result == -EAGAIN; attempt++)
    result = load_owners(pid_namespace, addresses_in_netns);
  sockwatch_restore_signals(&signals);
  return result;
}

int sockwatch_open_owners(int link) {
  union bpf_attr attribute;
  memset(&attribute, 0, sizeof(attribute));
  attribute.iter_create.link_fd = link;
  int fd = skel_sys_bpf(BPF_ITER_CREATE, &attribute, sizeof(attribute.iter_create));
  return fd < 0 ? -errno : fd;
}
