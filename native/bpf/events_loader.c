// C, because the light skeleton is C.

#include "events_loader.h"

#include <errno.h>
#include <linux/perf_event.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "load_attempts.h"

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wsign-compare"
#pragma GCC diagnostic ignored "-Wunused-parameter"
#pragma GCC diagnostic ignored "-Wunused-function"
#include "events.skel.h"
#pragma GCC diagnostic pop

// max_entries of the map in events.bpf.c
#define RING_SIZE (4UL * 1024 * 1024)

#define TRACEPOINTS 4

struct sockwatch_events {
  struct events* skeleton;
  int perf[TRACEPOINTS];
  int links[TRACEPOINTS];
};

// Once linked to one perf event of its tracepoint, a program runs for every hit, whatever the process or CPU
// that the perf event was opened for (perf_event_set_bpf_prog() in kernel/events/core.c).
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

static int attach_all(struct sockwatch_events* events, const struct sockwatch_tracepoints* tracepoints,
                      const char** step) {
  struct events* skeleton = events->skeleton;
  int result = events__attach(skeleton);
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

static int open_events(unsigned int pid_namespace, const struct sockwatch_tracepoints* tracepoints,
                       struct sockwatch_events** out, const char** step) {
  *step = "malloc";
  struct sockwatch_events* events = calloc(1, sizeof(*events));
  if (!events) return -ENOMEM;
  for (int at = 0; at < TRACEPOINTS; at++) events->perf[at] = events->links[at] = -1;
  *step = "bpf";
  events->skeleton = events__open();
  int result = events->skeleton ? 0 : -ENOMEM;
  if (result == 0) {
    events->skeleton->rodata->pid_namespace = pid_namespace;
    result = events__load(events->skeleton);
  }
  if (result == 0) result = attach_all(events, tracepoints, step);
  if (result < 0) {
    sockwatch_events_close(events);
    return result;
  }
  *out = events;
  return 0;
}

int sockwatch_events_open(unsigned int pid_namespace, const struct sockwatch_tracepoints* tracepoints,
                          struct sockwatch_events** out, const char** step) {
  int result = -EAGAIN;
  for (int attempt = 0; attempt < SOCKWATCH_LOAD_ATTEMPTS && result == -EAGAIN; attempt++)
    result = open_events(pid_namespace, tracepoints, out, step);
  return result;
}

int sockwatch_events_ring(const struct sockwatch_events* events) {
  return events->skeleton->maps.events.map_fd;
}

unsigned long sockwatch_events_ring_size(void) { return RING_SIZE; }

unsigned long long sockwatch_events_lost(const struct sockwatch_events* events) {
  return __atomic_load_n(&events->skeleton->bss->lost, __ATOMIC_RELAXED);
}

void sockwatch_events_close(struct sockwatch_events* events) {
  for (int at = 0; at < TRACEPOINTS; at++) {
    if (events->links[at] >= 0) close(events->links[at]);
    if (events->perf[at] >= 0) close(events->perf[at]);
  }
  if (events->skeleton) events__destroy(events->skeleton);
  free(events);
}
