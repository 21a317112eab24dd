#pragma once

#include <napi.h>

namespace sockwatch {

// openEvents(onReady: () => void) -> { take(): { events: KernelEvent[], lost: number }, close(): void }.
// Throws where the kernel does not take the programs. `onReady` is called when there is something to take,
// and not again before it was. The stream keeps the process alive until it is closed.
Napi::Value open_events(const Napi::CallbackInfo& info);

}  // namespace sockwatch
