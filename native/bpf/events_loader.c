// C, because the light skeletons are C.

#include "events_loader.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/perf_event.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "fexit_targets.h"
#include "load_attempts.h"

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wsign-compare"
#pragma GCC diagnostic ignored "-Wunused-parameter"
#pragma GCC diagnostic ignored "-Wunused-function"
#include <bpf/skel_internal.h>

static int load_and_run(struct bpf_load_and_run_opts* options);
#define bpf_load_and_run load_and_run
#include "fexit_events.skel.h"
#undef bpf_load_and_run
#include "tracepoint_events.skel.h"
#pragma GCC diagnostic pop

// max_entries of the map in events.bpf.h
#define RING_SIZE (4UL * 1024 * 1024)

#define TRACEPOINTS 4
#define MAX_PROGRAMS 10

// One of the two skeletons, and the parts that both have.
struct sockwatch_events {
  struct fexit_events* fexit;
  struct tracepoint_events* tracepoint;
  int ring;
  const unsigned long long* lost;
  const unsigned long long* suppressed;
  int programs[MAX_PROGRAMS];  // see set_programs()
  int program_count;
  int perf[TRACEPOINTS];
  int links[TRACEPOINTS];
};

static struct sockwatch_events* new_events(void) {
  struct sockwatch_events* events = calloc(1, sizeof(*events));
  if (!events) return NULL;
  for (int at = 0; at < TRACEPOINTS; at++) events->perf[at] = events->links[at] = -1;
  return events;
}

// Collects the descriptors in a skeleton's `progs`, which has no other members. Without tcp_state, which runs
// for all TCP state changes: interrupts make the kernel skip it now and then, but hardly ever for a listener.
static void set_programs(struct sockwatch_events* events, const void* progs, size_t size,
                         struct bpf_prog_desc tcp_state) {
  const struct bpf_prog_desc* programs = progs;
  for (size_t at = 0; at < size / sizeof(*programs); at++) {
    if (programs[at].prog_fd != tcp_state.prog_fd)
      events->programs[events->program_count++] = programs[at].prog_fd;
  }
}

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

static int open_fexit(struct sockwatch_events* events, const struct sockwatch_event_filter* filter) {
  struct fexit_events* skeleton = events->fexit = fexit_events__open();
  if (!skeleton) return -ENOMEM;
  skeleton->rodata->pid_namespace = filter->pid_namespace;
  skeleton->rodata->watched_netns = filter->netns;
  int result = fexit_events__load(skeleton);
  if (result == 0) result = attach_fexit(skeleton);
  if (result < 0) return result;
  events->ring = skeleton->maps.events.map_fd;
  events->lost = &skeleton->bss->lost;
  events->suppressed = &skeleton->bss->suppressed;
  _Static_assert(sizeof(skeleton->progs) <= MAX_PROGRAMS * sizeof(struct bpf_prog_desc), "MAX_PROGRAMS");
  set_programs(events, &skeleton->progs, sizeof(skeleton->progs), skeleton->progs.tcp_state);
  return 0;
}

static int load_tracepoints(struct sockwatch_events* events, const struct sockwatch_event_filter* filter) {
  struct tracepoint_events* skeleton = events->tracepoint = tracepoint_events__open();
  if (!skeleton) return -ENOMEM;
  skeleton->rodata->pid_namespace = filter->pid_namespace;
  skeleton->rodata->watched_netns = filter->netns;
  int result = tracepoint_events__load(skeleton);
  if (result < 0) return result;
  events->ring = skeleton->maps.events.map_fd;
  events->lost = &skeleton->bss->lost;
  events->suppressed = &skeleton->bss->suppressed;
  set_programs(events, &skeleton->progs, sizeof(skeleton->progs), skeleton->progs.tcp_state);
  return 0;
}

typedef int (*loader)(struct sockwatch_events* events, const struct sockwatch_event_filter* filter);

static int load(loader loader, const struct sockwatch_event_filter* filter, struct sockwatch_events** out) {
  sigset_t signals;
  sockwatch_block_signals(&signals);
  int result = -EAGAIN;
  for (int attempt = 0; attempt < SOCKWATCH_LOAD_ATTEMPTS && result == -EAGAIN; attempt++) {
    *out = new_events();
    result = *out ? loader(*out, filter) : -ENOMEM;
    if (*out && result < 0) sockwatch_events_close(*out);
  }
  sockwatch_restore_signals(&signals);
  return result;
}

int sockwatch_events_open_fexit(const struct sockwatch_event_filter* filter, struct sockwatch_events** out) {
  return load(open_fexit, filter, out);
}

int sockwatch_events_load_tracepoints(const struct sockwatch_event_filter* filter,
                                      struct sockwatch_events** out) {
  return load(load_tracepoints, filter, out);
}

// Once linked to one perf event of its tracepoint, a program runs for every hit, not only for the process or
// CPU that the perf event was opened for (perf_event_set_bpf_prog() in kernel/events/core.c).
static int open_tracepoint(int id) {
  struct perf_event_attr attribute;
  memset(&attribute, 0, sizeof(attribute));
  attribute.type = PERF_TYPE_TRACEPOINT;
  attribute.size = sizeof(attribute);
  attribute.config = (unsigned long long)id;
  attribute.sample_period = 1;
  attribute.wakeup_events = 1;
  int fd = (int)syscall(SYS_perf_event_open, &attribute, -1, 0, -1, PERF_FLAG_FD_CLOEXEC);
  return fd < 0 ? -errno : fd;
}

static int attach_tracepoint(struct sockwatch_events* events, int at, int id, int program,
                             const char** step) {
  *step = "perf_event_open";
  events->perf[at] = open_tracepoint(id);
  if (events->perf[at] < 0) return events->perf[at];
  *step = "bpf";
  int link = skel_link_create(program, events->perf[at], BPF_PERF_EVENT);
  if (link < 0) return -errno;
  events->links[at] = link;
  return 0;
}

int sockwatch_events_attach_tracepoints(struct sockwatch_events* events,
                                        const struct sockwatch_tracepoints* tracepoints, const char** step) {
  struct tracepoint_events* skeleton = events->tracepoint;
  *step = "bpf";
  int result = tracepoint_events__attach(skeleton);
  if (result < 0) return result;
  const int ids[TRACEPOINTS] = {tracepoints->enter_bind, tracepoints->exit_bind, tracepoints->enter_listen,
                                tracepoints->exit_listen};
  const int programs[TRACEPOINTS] = {skeleton->progs.enter_bind.prog_fd, skeleton->progs.exit_bind.prog_fd,
                                     skeleton->progs.enter_listen.prog_fd,
                                     skeleton->progs.exit_listen.prog_fd};
  for (int at = 0; at < TRACEPOINTS; at++) {
    result = attach_tracepoint(events, at, ids[at], programs[at], step);
    if (result < 0) return result;
  }
  return 0;
}

int sockwatch_events_ring(const struct sockwatch_events* events) { return events->ring; }

unsigned long sockwatch_events_ring_size(void) { return RING_SIZE; }

static unsigned long long recursion_misses(int program) {
  struct bpf_prog_info info;
  memset(&info, 0, sizeof(info));
  union bpf_attr attribute;
  memset(&attribute, 0, sizeof(attribute));
  attribute.info.bpf_fd = (unsigned int)program;
  attribute.info.info_len = sizeof(info);
  attribute.info.info = (unsigned long)&info;
  return skel_sys_bpf(BPF_OBJ_GET_INFO_BY_FD, &attribute, sizeof(attribute)) < 0 ? 0 : info.recursion_misses;
}

unsigned long long sockwatch_events_lost(const struct sockwatch_events* events) {
  unsigned long long lost = __atomic_load_n(events->lost, __ATOMIC_RELAXED);
  for (int at = 0; at < events->program_count; at++) lost += recursion_misses(events->programs[at]);
  return lost;
}

unsigned long long sockwatch_events_suppressed(const struct sockwatch_events* events) {
  return __atomic_load_n(events->suppressed, __ATOMIC_RELAXED);
}

void sockwatch_events_close(struct sockwatch_events* events) {
  for (int at = 0; at < TRACEPOINTS; at++) {
    if (events->links[at] >= 0) close(events->links[at]);
    if (events->perf[at] >= 0) close(events->perf[at]);
  }
  if (events->fexit) fexit_events__destroy(events->fexit);
  if (events->tracepoint) tracepoint_events__destroy(events->tracepoint);
  free(events);
}
