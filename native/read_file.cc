#include "read_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>

#include "file_descriptor.h"

namespace sockwatch {

Failure read_file(int at, const std::string& path, size_t limit, std::vector<uint8_t>& bytes) {
  const FileDescriptor fd(::openat(at, path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!fd) return SysError{"open", errno, path};
  // A separate buffer, so that `bytes` has little spare capacity: facts about many processes are held at
  // once.
  std::array<uint8_t, 16 * 1024> buffer;
  while (bytes.size() < limit) {
    const ssize_t got = ::read(fd.get(), buffer.data(), std::min(buffer.size(), limit - bytes.size()));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return SysError{"read", errno, path};
    if (got == 0) break;
    bytes.insert(bytes.end(), buffer.begin(), buffer.begin() + got);
  }
  return std::nullopt;
}

Failure read_link(int at, const std::string& path, std::vector<uint8_t>& target) {
  // A link target in /proc has at most PATH_MAX bytes (do_proc_readlink() in fs/proc/base.c).
  std::array<char, 4096> buffer;
  const ssize_t size = ::readlinkat(at, path.c_str(), buffer.data(), buffer.size());
  if (size < 0) return SysError{"readlink", errno, path};
  target.assign(buffer.begin(), buffer.begin() + size);
  return std::nullopt;
}

}  // namespace sockwatch
