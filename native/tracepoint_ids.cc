#include "tracepoint_ids.h"

#include <fcntl.h>
#include <sched.h>
#include <sys/mount.h>

#include <cerrno>
#include <charconv>
#include <exception>
#include <string>
#include <system_error>
#include <thread>
#include <vector>

#include "read_file.h"

namespace sockwatch {
namespace {

constexpr char kTracefs[] = "/sys/kernel/tracing";
constexpr char kDebugfsTracing[] = "/sys/kernel/debug/tracing";

Failure read_id(const std::string& tracefs, const char* name, int& id) {
  const std::string path = tracefs + "/events/syscalls/" + name + "/id";
  std::vector<uint8_t> bytes;
  if (auto failure = read_file(AT_FDCWD, path, 64, bytes)) return failure;
  const auto* text = reinterpret_cast<const char*>(bytes.data());
  const auto parsed = std::from_chars(text, text + bytes.size(), id);
  if (parsed.ec != std::errc()) return SysError{"read", EINVAL, path};
  return std::nullopt;
}

Failure read_ids(const std::string& tracefs, sockwatch_tracepoints& ids) {
  if (auto failure = read_id(tracefs, "sys_enter_bind", ids.enter_bind)) return failure;
  if (auto failure = read_id(tracefs, "sys_exit_bind", ids.exit_bind)) return failure;
  if (auto failure = read_id(tracefs, "sys_enter_listen", ids.enter_listen)) return failure;
  return read_id(tracefs, "sys_exit_listen", ids.exit_listen);
}

// Run on a thread of its own: unshare() changes the calling thread for good, and the mount ends with the
// thread.
Failure mount_and_read(sockwatch_tracepoints& ids) {
  if (::unshare(CLONE_NEWNS) != 0) return SysError{"unshare", errno, "mount namespace for tracefs"};
  // Keep the mount from propagating to the original mount namespace.
  if (::mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0) return SysError{"mount", errno, "/"};
  if (::mount("tracefs", kTracefs, "tracefs", MS_RDONLY | MS_NOSUID | MS_NODEV | MS_NOEXEC, nullptr) != 0)
    return SysError{"mount", errno, kTracefs};
  return read_ids(kTracefs, ids);
}

}  // namespace

Failure read_tracepoint_ids(sockwatch_tracepoints& ids) {
  auto failure = read_ids(kTracefs, ids);
  if (failure && failure->number == ENOENT) failure = read_ids(kDebugfsTracing, ids);
  if (!failure || failure->number != ENOENT) return failure;
  // An exception that escapes a thread's function ends the process.
  std::exception_ptr thrown;
  try {
    std::thread([&] {
      try {
        failure = mount_and_read(ids);
      } catch (...) {
        thrown = std::current_exception();
      }
    }).join();
  } catch (const std::system_error& error) {
    return SysError{"pthread_create", error.code().value(), ""};
  }
  if (thrown) std::rethrow_exception(thrown);
  return failure;
}

}  // namespace sockwatch
