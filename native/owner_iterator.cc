#include "owner_iterator.h"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <ctime>
#include <tuple>

#include "bpf/owners_loader.h"
#include "file_descriptor.h"

namespace sockwatch {
namespace {

using Record = OwnerRecord;

Failure read_records(int fd, std::vector<Record>& records) {
  // bpf_seq_read() in kernel/bpf/bpf_iter.c returns whole records, and at most eight pages of them.
  std::vector<Record> buffer(64 * 1024 / sizeof(Record));
  for (;;) {
    const ssize_t size = ::read(fd, buffer.data(), buffer.size() * sizeof(Record));
    // EAGAIN: the kernel has visited a million objects without producing a record (MAX_ITER_OBJECTS).
    if (size < 0 && (errno == EINTR || errno == EAGAIN)) continue;
    if (size < 0) return SysError{"read", errno, "bpf iterator"};
    if (size == 0) return std::nullopt;
    const size_t count = static_cast<size_t>(size) / sizeof(Record);
    records.insert(records.end(), buffer.begin(), buffer.begin() + static_cast<ptrdiff_t>(count));
  }
}

}  // namespace

Failure iterate_owners(bool every_state, OwnerPass& pass) {
  struct stat pid_namespace {};
  if (::stat("/proc/self/ns/pid", &pid_namespace) != 0) return SysError{"stat", errno, "/proc/self/ns/pid"};
  const int opened = sockwatch_open_owners(static_cast<unsigned int>(pid_namespace.st_ino), every_state);
  if (opened < 0) return SysError{"bpf", -opened, "iter/task_file"};
  const FileDescriptor fd(opened);
  auto& records = pass.records;
  if (auto failure = read_records(fd.get(), records)) return failure;
  timespec now{};
  if (::clock_gettime(CLOCK_BOOTTIME, &now) != 0) return SysError{"clock_gettime", errno, "CLOCK_BOOTTIME"};
  pass.endedMs = static_cast<uint64_t>(now.tv_sec) * 1000 + static_cast<uint64_t>(now.tv_nsec) / 1'000'000;

  // If the main thread has exited, the kernel visits the other threads separately, and the descriptor table
  // they share several times.
  const auto key = [](const Record& record) { return std::make_tuple(record.pid, record.fd, record.inode); };
  std::sort(records.begin(), records.end(),
            [&](const Record& a, const Record& b) { return key(a) < key(b); });
  records.erase(std::unique(records.begin(), records.end(),
                            [&](const Record& a, const Record& b) { return key(a) == key(b); }),
                records.end());
  return std::nullopt;
}

}  // namespace sockwatch
