#pragma once

#include <napi.h>

namespace sockwatch {

// openEvents(onEvents: (events: KernelEvent[], lost: number) => void) -> { close(): void }. Throws where the
// kernel does not take the programs. The stream keeps the process alive until it is closed.
Napi::Value open_events(const Napi::CallbackInfo& info);

}  // namespace sockwatch
