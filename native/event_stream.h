#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <thread>
#include <vector>

#include "bpf/event_record.h"
#include "bpf/events_loader.h"
#include "file_descriptor.h"
#include "ring_buffer.h"
#include "sys_error.h"

namespace sockwatch {

using Event = sockwatch_event;

// A live stream of what opens, closes and fails to bind on this machine, in every network namespace. Nothing
// stays loaded or attached once it is gone.
class EventStream {
 public:
  // Says that there is something to take. Called on a thread of its own, and not again before take() was.
  using OnReady = std::function<void()>;

  EventStream() = default;
  EventStream(const EventStream&) = delete;
  EventStream& operator=(const EventStream&) = delete;
  ~EventStream() { close(); }

  Failure open(OnReady on_ready);

  // Everything that is there, in the order it happened, and how many events were lost since the last time.
  // What is not taken stays in the ring, whose size bounds it; what finds no room there is what is lost.
  uint64_t take(std::vector<Event>& events);

  // Ends the thread, then unloads. Safe to call again, not from `on_ready`.
  void close();

 private:
  struct Unload {
    void operator()(sockwatch_events* events) const { sockwatch_events_close(events); }
  };

  void run();
  bool wait_for(int fd);

  std::unique_ptr<sockwatch_events, Unload> programs_;
  RingBuffer ring_;
  FileDescriptor stop_;
  FileDescriptor taken_;
  OnReady on_ready_;
  uint64_t lost_ = 0;
  std::thread thread_;
};

}  // namespace sockwatch
