// C, because the light skeletons are C.

#include "fexit_loader.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fexit_targets.h"

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wsign-compare"
#pragma GCC diagnostic ignored "-Wunused-parameter"
#pragma GCC diagnostic ignored "-Wunused-function"
#include <bpf/skel_internal.h>

static int load_and_run(struct bpf_load_and_run_opts* options);
#define bpf_load_and_run load_and_run
#include "fexit_events.skel.h"
#undef bpf_load_and_run
#pragma GCC diagnostic pop

#include "event_programs.h"

typedef int (*attacher)(struct fexit_events* skeleton);

// The programs of fexit_events.bpf.c and their functions. CONFIG_IPV6 and CONFIG_UNIX can be, or have been,
// modules; CONFIG_MPTCP and CONFIG_SECURITY_NETWORK cannot.
static const struct sockwatch_fexit_target kTargets[] = {
    {"inet_bind", "inet_bind", 0},
    {"inet6_bind", "inet_bind", 1},
    {"unix_bind", "inet_bind", 1},
    {"mptcp_bind", "inet_bind", 0},
    {"security_socket_bind", "inet_bind", 0},
    {"inet_listen", "inet_listen", 0},
    {"unix_listen", "inet_listen", 1},
    {"mptcp_listen", "inet_listen", 0},
    {"security_socket_listen", "inet_listen", 0},
};
#define TARGETS (sizeof(kTargets) / sizeof(kTargets[0]))
static const attacher kAttachers[TARGETS] = {
    fexit_events__bind_inet__attach,      fexit_events__bind_inet6__attach,
    fexit_events__bind_unix__attach,      fexit_events__bind_mptcp__attach,
    fexit_events__refused_bind__attach,   fexit_events__listen_inet__attach,
    fexit_events__listen_unix__attach,    fexit_events__listen_mptcp__attach,
    fexit_events__refused_listen__attach,
};

// Of kTargets, those that the last load_and_run() of this thread did without: the skeleton's load function,
// which calls it, has no parameter for them.
static _Thread_local unsigned int missing_targets;

static char* read_btf(size_t* size) {
  const int fd = open("/sys/kernel/btf/vmlinux", O_RDONLY | O_CLOEXEC);
  if (fd < 0) return NULL;
  struct stat status;
  char* bytes = fstat(fd, &status) == 0 && status.st_size > 0 ? malloc((size_t)status.st_size) : NULL;
  *size = 0;
  for (ssize_t count = 1; bytes && count > 0 && *size < (size_t)status.st_size;) {
    count = read(fd, bytes + *size, (size_t)status.st_size - *size);
    if (count > 0) *size += (size_t)count;
  }
  close(fd);
  return bytes;
}

static int load_without_missing(struct bpf_load_and_run_opts* options) {
  size_t btf_size = 0;
  char* btf = read_btf(&btf_size);
  char* data = malloc(options->data_sz);
  int result = -ENOENT;
  if (btf && data) {
    memcpy(data, options->data, options->data_sz);
    result = sockwatch_replace_missing_targets(data, options->data_sz, kTargets, TARGETS, btf, btf_size,
                                               &missing_targets);
    options->data = data;
    if (result == 0) result = bpf_load_and_run(options);
  }
  free(data);
  free(btf);
  return result;
}

static int load_and_run(struct bpf_load_and_run_opts* options) {
  missing_targets = 0;
  const int result = bpf_load_and_run(options);
  // bpf_btf_find_by_name_kind() in kernel/bpf/btf.c
  return result == -ENOENT ? load_without_missing(options) : result;
}

static int attach_fexit(struct fexit_events* skeleton) {
  const unsigned int missing = missing_targets;
  int result = fexit_events__tcp_state__attach(skeleton);
  for (unsigned int at = 0; at < TARGETS && result >= 0; at++)
    if (!(missing & 1U << at)) result = kAttachers[at](skeleton);
  return result;
}

int sockwatch_fexit_open(const struct sockwatch_event_filter* filter, struct fexit_events** out,
                         struct sockwatch_event_programs* programs) {
  struct fexit_events* skeleton = *out = fexit_events__open();
  if (!skeleton) return -ENOMEM;
  skeleton->rodata->pid_namespace = filter->pid_namespace;
  skeleton->rodata->watched_netns = filter->netns;
  int result = fexit_events__load(skeleton);
  if (result == 0) result = attach_fexit(skeleton);
  if (result < 0) return result;
  programs->ring = skeleton->maps.events.map_fd;
  programs->lost = &skeleton->bss->lost;
  programs->suppressed = &skeleton->bss->suppressed;
  _Static_assert(sizeof(skeleton->progs) <= SOCKWATCH_MAX_EVENT_PROGRAMS * sizeof(struct bpf_prog_desc), "");
  sockwatch_count_programs(programs, &skeleton->progs, sizeof(skeleton->progs), skeleton->progs.tcp_state);
  return 0;
}

void sockwatch_fexit_close(struct fexit_events* skeleton) { fexit_events__destroy(skeleton); }
