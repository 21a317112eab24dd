#pragma once

#include "bpf/events_loader.h"
#include "sys_error.h"

namespace sockwatch {

// Reads the ids of the bind and listen tracepoints from tracefs. If tracefs is not mounted, mounts it in a
// private mount namespace that lasts only for the call.
Failure read_tracepoint_ids(sockwatch_tracepoints& ids);

}  // namespace sockwatch
