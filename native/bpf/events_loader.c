// C, because the light skeletons are C.

#include "events_loader.h"

#include <errno.h>
#include <linux/perf_event.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "fexit_loader.h"
#include "load_attempts.h"

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wsign-compare"
#pragma GCC diagnostic ignored "-Wunused-parameter"
#pragma GCC diagnostic ignored "-Wunused-function"
#include <bpf/skel_internal.h>
#include "tracepoint_events.skel.h"
#pragma GCC diagnostic pop

#include "event_programs.h"

// max_entries of the map in events.bpf.h
#define RING_SIZE (4UL * 1024 * 1024)

#define TRACEPOINTS 4

// One of the two skeletons.
struct sockwatch_events {
  struct fexit_events* fexit;
  struct tracepoint_events* tracepoint;
  struct sockwatch_event_programs programs;
  int perf[TRACEPOINTS];
  int links[TRACEPOINTS];
};

static struct sockwatch_events* new_events(void) {
  struct sockwatch_events* events = calloc(1, sizeof(*events));
  if (!events) return NULL;
  for (int at = 0; at < TRACEPOINTS; at++) events->perf[at] = events->links[at] = -1;
  return events;
}

static int open_fexit(struct sockwatch_events* events, const struct sockwatch_event_filter* filter) {
  return sockwatch_fexit_open(filter, &events->fexit, &events->programs);
}

static int load_tracepoints(struct sockwatch_events* events, const struct sockwatch_event_filter* filter) {
  struct tracepoint_events* skeleton = events->tracepoint = tracepoint_events__open();
  if (!skeleton) return -ENOMEM;
  skeleton->rodata->pid_namespace = filter->pid_namespace;
  skeleton->rodata->watched_netns = filter->netns;
  int result = tracepoint_events__load(skeleton);
  if (result < 0) return result;
  struct sockwatch_event_programs* programs = &events->programs;
  programs->ring = skeleton->maps.events.map_fd;
  programs->lost = &skeleton->bss->lost;
  programs->suppressed = &skeleton->bss->suppressed;
  _Static_assert(sizeof(skeleton->progs) <= SOCKWATCH_MAX_EVENT_PROGRAMS * sizeof(struct bpf_prog_desc), "");
  sockwatch_count_programs(programs, &skeleton->progs, sizeof(skeleton->progs), skeleton->progs.tcp_state);
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

int sockwatch_events_ring(const struct sockwatch_events* events) { return events->programs.ring; }

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
  unsigned long long lost = __atomic_load_n(events->programs.lost, __ATOMIC_RELAXED);
  for (int at = 0; at < events->programs.count; at++) lost += recursion_misses(events->programs.counted[at]);
  return lost;
}

unsigned long long sockwatch_events_suppressed(const struct sockwatch_events* events) {
  return __atomic_load_n(events->programs.suppressed, __ATOMIC_RELAXED);
}

void sockwatch_events_close(struct sockwatch_events* events) {
  for (int at = 0; at < TRACEPOINTS; at++) {
    if (events->links[at] >= 0) close(events->links[at]);
    if (events->perf[at] >= 0) close(events->perf[at]);
  }
  if (events->fexit) sockwatch_fexit_close(events->fexit);
  if (events->tracepoint) tracepoint_events__destroy(events->tracepoint);
  free(events);
}
