#pragma once

#include <napi.h>

namespace sockwatch {

// openEvents(onReady: () => void) -> { take(): { events: KernelEvent[], lost: number }, close(): void }.
// Throws if the kernel refuses the programs. `onReady` is called when there are events, and not again before
// the next take(). An open stream keeps the process alive.
Napi::Value open_events(const Napi::CallbackInfo& info);

}  // namespace sockwatch
