#include "read_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "file_descriptor.h"

namespace sockwatch {

Failure read_file(int at, const std::string& path, size_t limit, std::vector<uint8_t>& bytes) {
  constexpr size_t kStep = 64 * 1024;
  const FileDescriptor fd(::openat(at, path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!fd) return SysError{"open", errno, path};
  size_t used = 0;
  while (used < limit) {
    const size_t want = std::min(kStep, limit - used);
    bytes.resize(used + want);
    const ssize_t got = ::read(fd.get(), bytes.data() + used, want);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return SysError{"read", errno, path};
    if (got == 0) break;
    used += static_cast<size_t>(got);
  }
  bytes.resize(used);
  return std::nullopt;
}

Failure read_link(int at, const std::string& path, std::vector<uint8_t>& target) {
  // The kernel renders a link in /proc into one page (proc_pid_readlink() in fs/proc/base.c).
  target.resize(4096);
  const ssize_t size = ::readlinkat(at, path.c_str(), reinterpret_cast<char*>(target.data()), target.size());
  if (size < 0) return SysError{"readlink", errno, path};
  target.resize(static_cast<size_t>(size));
  return std::nullopt;
}

}  // namespace sockwatch
