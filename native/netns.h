#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "file_descriptor.h"
#include "sys_error.h"

namespace sockwatch {

// An open network namespace. Holding the descriptor keeps it the same one: a path such as /proc/1234/ns/net
// shows another namespace once its pid is reused.
struct Netns {
  FileDescriptor fd;
  std::string path;    // for messages
  uint64_t inode = 0;  // identifies it, as in `readlink /proc/self/ns/net`
};

// Shared by the work that goes on in a namespace. Null: the caller's own namespace.
using SharedNetns = std::shared_ptr<const Netns>;

// Opens a network namespace by path (/proc/1234/ns/net, /run/netns/x), and fails with EINVAL if the path is
// not one.
Failure open_netns(const std::string& path, Netns& netns);

// Runs `work` on a new thread inside the namespace, and waits for it. Sockets and /proc files keep the
// namespace they were opened in, so they can be used on any thread afterwards. The calling thread is not
// moved: if it could not return, later work on a thread of libuv's pool would run in the wrong namespace.
Failure run_in_netns(const Netns& netns, const std::function<Failure()>& work);

// As run_in_netns(), but runs `work` on the calling thread if `netns` is null.
Failure run_in_netns_or_here(const SharedNetns& netns, const std::function<Failure()>& work);

}  // namespace sockwatch
