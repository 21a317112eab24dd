#pragma once

#include <functional>
#include <thread>

#include "file_descriptor.h"
#include "netns.h"
#include "sys_error.h"

namespace sockwatch {

// Reports when a link, an address or a route of a network namespace changes.
class RouteChanges {
 public:
  // Called on a thread of this object's own, once for all changes that have come.
  using OnChange = std::function<void()>;

  RouteChanges() = default;
  RouteChanges(const RouteChanges&) = delete;
  RouteChanges& operator=(const RouteChanges&) = delete;
  ~RouteChanges() { close(); }

  Failure open(const SharedNetns& netns, OnChange on_change);

  // Ends the thread. May be called again, but not from `on_change`.
  void close();

 private:
  void run();

  FileDescriptor socket_;
  FileDescriptor stop_;
  OnChange on_change_;
  std::thread thread_;
};

}  // namespace sockwatch
