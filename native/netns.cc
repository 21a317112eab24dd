#include "netns.h"

#include <fcntl.h>
#include <linux/nsfs.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/stat.h>

#include <cerrno>
#include <exception>
#include <system_error>
#include <thread>
#include <utility>

namespace sockwatch {

Failure open_netns(const std::string& path, Netns& netns) {
  // O_NONBLOCK: opening a FIFO must not block.
  FileDescriptor fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (!fd) return SysError{"open", errno, path};
  // NS_GET_NSTYPE (linux/nsfs.h) fails with ENOTTY for anything but a namespace file.
  const int type = ::ioctl(fd.get(), NS_GET_NSTYPE);
  if (type != CLONE_NEWNET) return SysError{"setns", type < 0 && errno != ENOTTY ? errno : EINVAL, path};
  struct stat status {};
  if (::fstat(fd.get(), &status) != 0) return SysError{"fstat", errno, path};
  netns = Netns{std::move(fd), path, status.st_ino};
  return std::nullopt;
}

Failure run_in_netns(const Netns& netns, const std::function<Failure()>& work) {
  Failure result;
  // An exception that escapes a thread's function ends the process.
  std::exception_ptr thrown;
  try {
    std::thread([&] {
      try {
        result = ::setns(netns.fd.get(), CLONE_NEWNET) == 0 ? work() : SysError{"setns", errno, netns.path};
      } catch (...) {
        thrown = std::current_exception();
      }
    }).join();
  } catch (const std::system_error& error) {
    return SysError{"pthread_create", error.code().value(), netns.path};
  }
  if (thrown) std::rethrow_exception(thrown);
  return result;
}

Failure run_in_netns_or_here(const SharedNetns& netns, const std::function<Failure()>& work) {
  return netns ? run_in_netns(*netns, work) : work();
}

}  // namespace sockwatch
