#ifndef SOCKWATCH_BPF_EVENTS_LOADER_H
#define SOCKWATCH_BPF_EVENTS_LOADER_H

#ifdef __cplusplus
extern "C" {
#endif

/* Ids of the tracepoints syscalls/sys_{enter,exit}_{bind,listen}, from tracefs, in the order of their names
 * here. */
struct sockwatch_tracepoints {
  int enter_bind;
  int exit_bind;
  int enter_listen;
  int exit_listen;
};

struct sockwatch_events; /* everything that is loaded and attached */

/* Loads events.bpf.c and attaches all its programs. Returns 0, or -errno with nothing left loaded; `step`
 * then names the call that failed. Numbers of processes are those of the PID namespace with this inode
 * number. */
int sockwatch_events_open(unsigned int pid_namespace, const struct sockwatch_tracepoints* tracepoints,
                          struct sockwatch_events** out, const char** step);

/* Descriptor and size in bytes of the ring buffer. */
int sockwatch_events_ring(const struct sockwatch_events* events);
unsigned long sockwatch_events_ring_size(void);

/* How many records have found no room so far. */
unsigned long long sockwatch_events_lost(const struct sockwatch_events* events);

/* Detaches and unloads everything. */
void sockwatch_events_close(struct sockwatch_events* events);

#ifdef __cplusplus
}
#endif

#endif
