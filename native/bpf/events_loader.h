#ifndef SOCKWATCH_BPF_EVENTS_LOADER_H
#define SOCKWATCH_BPF_EVENTS_LOADER_H

#ifdef __cplusplus
extern "C" {
#endif

/* Which events to report, and how. */
struct sockwatch_event_filter {
  unsigned int pid_namespace; /* inode number of the PID namespace that pids are reported in */
  unsigned int netns;         /* inode number of the network namespace, 0 for all */
};

/* tracefs ids of the tracepoints syscalls/sys_{enter,exit}_{bind,listen}. */
struct sockwatch_tracepoints {
  int enter_bind;
  int exit_bind;
  int enter_listen;
  int exit_listen;
};

struct sockwatch_events; /* the loaded programs */

/* Loads and attaches fexit_events.bpf.c. Returns 0, or -errno with nothing left loaded. */
int sockwatch_events_open_fexit(const struct sockwatch_event_filter* filter, struct sockwatch_events** out);

/* Loads tracepoint_events.bpf.c, without attaching it. Returns 0, or -errno with nothing left loaded. */
int sockwatch_events_load_tracepoints(const struct sockwatch_event_filter* filter,
                                      struct sockwatch_events** out);

/* Attaches what the previous function has loaded. Returns 0, or -errno and the name of the failed call in
 * `step`. */
int sockwatch_events_attach_tracepoints(struct sockwatch_events* events,
                                        const struct sockwatch_tracepoints* tracepoints, const char** step);

/* Descriptor and size in bytes of the ring buffer. */
int sockwatch_events_ring(const struct sockwatch_events* events);
unsigned long sockwatch_events_ring_size(void);

/* Events dropped so far: because a map was full, or because the kernel skipped a program that would have
 * interrupted another one. */
unsigned long long sockwatch_events_lost(const struct sockwatch_events* events);

/* Events dropped so far because one user or cgroup caused too many. */
unsigned long long sockwatch_events_suppressed(const struct sockwatch_events* events);

/* Detaches and unloads all programs. */
void sockwatch_events_close(struct sockwatch_events* events);

#ifdef __cplusplus
}
#endif

#endif
