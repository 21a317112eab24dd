#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "file_descriptor.h"
#include "sys_error.h"

namespace sockwatch {

// Opens a network namespace by path (/proc/1234/ns/net, /run/netns/x), and fails with EINVAL if the path is
// not one. `inode` identifies it, as in `readlink /proc/self/ns/net`.
Failure open_netns(const std::string& path, FileDescriptor& out, uint64_t& inode);

// Runs `work` on a new thread inside the namespace, and waits for it. Sockets and /proc files keep the
// namespace they were opened in, so they can be used on any thread afterwards. The calling thread is not
// moved: if it could not return, later work on a thread of libuv's pool would run in the wrong namespace.
Failure run_in_netns(const std::string& path, const std::function<Failure()>& work);

// As run_in_netns(), but runs `work` on the calling thread if `path` is empty.
Failure run_in_netns_or_here(const std::string& path, const std::function<Failure()>& work);

// Moves the calling thread into a namespace for the lifetime of this object. For Node's main thread, on which
// the `netlink` package opens its sockets; the scope must be synchronous. Aborts the process if the thread
// cannot return, because everything read later would be from the wrong namespace.
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
