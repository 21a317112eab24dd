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
  // Gives events in the order they happened, and how many were lost since the last time; called on a thread
  // of its own.
  using OnEvents = std::function<void(std::vector<Event> events, uint64_t lost)>;

  EventStream() = default;
  EventStream(const EventStream&) = delete;
  EventStream& operator=(const EventStream&) = delete;
  ~EventStream() { close(); }

  Failure open(OnEvents on_events);

  // Ends the thread, then unloads. Safe to call again, not from `on_events`.
  void close();

 private:
  struct Unload {
    void operator()(sockwatch_events* events) const { sockwatch_events_close(events); }
  };

  void run();
  void hand_over();

  std::unique_ptr<sockwatch_events, Unload> programs_;
  RingBuffer ring_;
  FileDescriptor stop_;
  OnEvents on_events_;
  uint64_t lost_ = 0;
  std::thread thread_;
};

}  // namespace sockwatch
