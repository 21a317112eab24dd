#ifndef SOCKWATCH_BPF_FEXIT_LOADER_H
#define SOCKWATCH_BPF_FEXIT_LOADER_H

#include "events_loader.h"

struct fexit_events; /* the skeleton of fexit_events.bpf.c */
struct sockwatch_event_programs;

/* Loads and attaches the programs. Returns 0 or -errno; either way the caller closes `out` unless it is null.
 */
int sockwatch_fexit_open(const struct sockwatch_event_filter* filter, struct fexit_events** out,
                         struct sockwatch_event_programs* programs);

void sockwatch_fexit_close(struct fexit_events* skeleton);

#endif
