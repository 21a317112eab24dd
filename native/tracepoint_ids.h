#pragma once

#include "bpf/events_loader.h"
#include "sys_error.h"

namespace sockwatch {

// Reads the ids of the tracepoints for bind and listen from tracefs. Where it is not mounted, it is mounted
// for this moment in a mount namespace of a thread of our own, so that nothing on the node changes.
Failure read_tracepoint_ids(sockwatch_tracepoints& ids);

}  // namespace sockwatch
