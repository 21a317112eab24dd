#include "netns.h"

#include <fcntl.h>
#include <linux/nsfs.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/stat.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <system_error>
#include <thread>

namespace sockwatch {

Failure open_netns(const std::string& path, FileDescriptor& out, uint64_t& inode) {
  // O_NONBLOCK: opening a FIFO must not block.
  FileDescriptor fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (!fd) return SysError{"open", errno, path};
  // NS_GET_NSTYPE (linux/nsfs.h) fails with ENOTTY for anything but a namespace file.
  const int type = ::ioctl(fd.get(), NS_GET_NSTYPE);
  if (type != CLONE_NEWNET) return SysError{"setns", type < 0 && errno != ENOTTY ? errno : EINVAL, path};
  struct stat status {};
  if (::fstat(fd.get(), &status) != 0) return SysError{"fstat", errno, path};
  inode = status.st_ino;
  out = std::move(fd);
  return std::nullopt;
}

Failure run_in_netns(const std::string& path, const std::function<Failure()>& work) {
  FileDescriptor fd;
  uint64_t inode = 0;
  if (auto failure = open_netns(path, fd, inode)) return failure;
  Failure result;
  // An exception that escapes a thread's function ends the process.
  std::exception_ptr thrown;
  try {
    std::thread([&] {
      try {
        result = ::setns(fd.get(), CLONE_NEWNET) == 0 ? work() : SysError{"setns", errno, path};
      } catch (...) {
        thrown = std::current_exception();
      }
    }).join();
  } catch (const std::system_error& error) {
    return SysError{"pthread_create", error.code().value(), path};
  }
  if (thrown) std::rethrow_exception(thrown);
  return result;
}

Failure run_in_netns_or_here(const std::string& path, const std::function<Failure()>& work) {
  return path.empty() ? work() : run_in_netns(path, work);
}

Failure NetnsScope::enter(const std::string& path) {
  // Not /proc/self, which is the main thread: a worker thread may have moved.
  FileDescriptor home(::open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC));
  if (!home) return SysError{"open", errno, "/proc/thread-self/ns/net"};
  FileDescriptor target;
  uint64_t inode = 0;
  if (auto failure = open_netns(path, target, inode)) return failure;
  if (::setns(target.get(), CLONE_NEWNET) != 0) return SysError{"setns", errno, path};
  home_ = std::move(home);
  return std::nullopt;
}

NetnsScope::~NetnsScope() {
  if (home_ && ::setns(home_.get(), CLONE_NEWNET) != 0) {
    std::perror("k8s-sockwatch: cannot return to the original network namespace");
    std::abort();
  }
}

}  // namespace sockwatch
