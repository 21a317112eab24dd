#pragma once

#include <napi.h>

namespace sockwatch {

// openEvents(onReady: () => void, netns: number | null) ->
//   { method: 'fexit' | 'tracepoint', take(): { events: KernelEvent[], lost: number, suppressed: number },
//   close(): void }.
// `netns` is the inode number of the network namespace to report, null for all. Throws if the kernel refuses
// the programs. `onReady` is called when there are events, and not again before the next take(). An open
// stream keeps the process alive.
Napi::Value open_events(const Napi::CallbackInfo& info);

}  // namespace sockwatch
