#ifndef SOCKWATCH_BPF_EVENTS_LOADER_H
#define SOCKWATCH_BPF_EVENTS_LOADER_H

#ifdef __cplusplus
extern "C" {
#endif

/* tracefs ids of the tracepoints syscalls/sys_{enter,exit}_{bind,listen}. */
struct sockwatch_tracepoints {
  int enter_bind;
  int exit_bind;
  int enter_listen;
  int exit_listen;
};

struct sockwatch_events; /* the loaded and attached programs */

/* Loads events.bpf.c and attaches its programs. Returns 0, or -errno with nothing left loaded and the name of
 * the failed call in `step`. `pid_namespace` is the inode number of the PID namespace that pids are reported
 * in. */
int sockwatch_events_open(unsigned int pid_namespace, const struct sockwatch_tracepoints* tracepoints,
                          struct sockwatch_events** out, const char** step);

/* Descriptor and size in bytes of the ring buffer. */
int sockwatch_events_ring(const struct sockwatch_events* events);
unsigned long sockwatch_events_ring_size(void);

/* Events dropped so far, because the ring buffer or the map of pending calls was full. */
unsigned long long sockwatch_events_lost(const struct sockwatch_events* events);

/* Detaches and unloads all programs. */
void sockwatch_events_close(struct sockwatch_events* events);

#ifdef __cplusplus
}
#endif

#endif
