#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "file_descriptor.h"
#include "sys_error.h"

namespace sockwatch {

// Opens a network namespace by path (/proc/1234/ns/net, /run/netns/x) and makes sure that it is one. `inode`
// is its identity, as shown by `readlink /proc/self/ns/net`.
Failure open_netns(const std::string& path, FileDescriptor& out, uint64_t& inode);

// Runs `work` on a thread of its own that has moved into the namespace, and waits for it. Sockets and /proc
// files belong to the namespace they were opened in, so `work` opens them there and they are used anywhere
// afterwards. A thread of libuv's pool is never moved: setns(2) cannot fail back in a way that another user
// of the pool would notice.
Failure run_in_netns(const std::string& path, const std::function<Failure()>& work);

// `run_in_netns`, or just `work` here where `path` is empty.
Failure run_in_netns_or_here(const std::string& path, const std::function<Failure()>& work);

// Moves the calling thread for the lifetime of this object. For Node's main thread, where the `netlink`
// package opens its sockets; synchronous scopes only. The process ends if the way back is barred: to go on in
// a foreign namespace would make every later answer wrong.
class NetnsScope {
 public:
  NetnsScope() = default;
  NetnsScope(const NetnsScope&) = delete;
  NetnsScope& operator=(const NetnsScope&) = delete;
  ~NetnsScope();
  Failure enter(const std::string& path);

 private:
  FileDescriptor home_;
};

}  // namespace sockwatch
