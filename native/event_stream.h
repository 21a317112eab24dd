#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <thread>

#include "bpf/event_record.h"
#include "bpf/events_loader.h"
#include "file_descriptor.h"
#include "ring_buffer.h"
#include "sys_error.h"

namespace sockwatch {

using Event = sockwatch_event;

// A live stream of sockets that open and close and of calls of bind and listen that fail. The event programs
// are loaded from open() to close().
class EventStream {
 public:
  // Called on the stream's own thread when there are events, and not again before the next take().
  using OnReady = std::function<void()>;

  EventStream() = default;
  EventStream(const EventStream&) = delete;
  EventStream& operator=(const EventStream&) = delete;
  ~EventStream() { close(); }

  // `netns` is the inode number of the network namespace to report, 0 for all.
  Failure open(uint32_t netns, OnReady on_ready);

  // How events are obtained: "fexit", or "tracepoint" if the kernel does not support that.
  const char* method() const { return method_; }

  // How many events were dropped: for want of room, and because one user or cgroup caused too many.
  struct Dropped {
    uint64_t lost = 0;
    uint64_t suppressed = 0;
  };

  // Passes the oldest events to `each`, and returns how many were dropped since the last call. The number of
  // events per call is bounded; if there are more, `on_ready` is called again. Events that are not taken stay
  // in the ring buffer, and new ones are lost once that is full.
  Dropped take(const std::function<void(const Event&)>& each);

  // Ends the thread and unloads the programs. May be called again, but not from `on_ready`.
  void close();

 private:
  struct Unload {
    void operator()(sockwatch_events* events) const { sockwatch_events_close(events); }
  };

  Failure load(const sockwatch_event_filter& filter);
  void run();
  bool wait_for(int fd);

  std::unique_ptr<sockwatch_events, Unload> programs_;
  const char* method_ = "";
  RingBuffer ring_;
  FileDescriptor stop_;
  FileDescriptor taken_;
  OnReady on_ready_;
  Dropped dropped_;
  std::thread thread_;
};

}  // namespace sockwatch
