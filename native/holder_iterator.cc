#include "holder_iterator.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <tuple>

#include "bpf/holder_record.h"
#include "bpf/holders_loader.h"
#include "file_descriptor.h"

namespace sockwatch {
namespace {

using Record = sockwatch_holder_record;

// Reads records until the iterator ends and keeps those of wanted sockets.
Failure read_records(int fd, const std::vector<uint32_t>& wanted, std::vector<Record>& records) {
  // The kernel hands out at most eight pages at a time, always whole records (bpf_seq_read() in
  // kernel/bpf/bpf_iter.c).
  std::vector<Record> buffer(64 * 1024 / sizeof(Record));
  for (;;) {
    const ssize_t size = ::read(fd, buffer.data(), buffer.size() * sizeof(Record));
    // EAGAIN: the kernel visited a million objects without a record among them, and wants to be asked to go
    // on.
    if (size < 0 && (errno == EINTR || errno == EAGAIN)) continue;
    if (size < 0) return SysError{"read", errno, "bpf iterator"};
    if (size == 0) return std::nullopt;
    const size_t count = static_cast<size_t>(size) / sizeof(Record);
    for (size_t at = 0; at < count; at++) {
      if (buffer[at].pid != 0 && std::binary_search(wanted.begin(), wanted.end(), buffer[at].inode))
        records.push_back(buffer[at]);
    }
  }
}

}  // namespace

Failure iterate_owners(const std::string& procRoot, std::vector<uint32_t> inodes, OwnerWalk& result) {
  std::sort(inodes.begin(), inodes.end());
  struct stat pid_namespace {};
  if (::stat("/proc/self/ns/pid", &pid_namespace) != 0) return SysError{"stat", errno, "/proc/self/ns/pid"};
  const int opened = sockwatch_open_holders(static_cast<unsigned int>(pid_namespace.st_ino));
  if (opened < 0) return SysError{"bpf", -opened, "iter/task_file"};
  const FileDescriptor fd(opened);
  std::vector<Record> records;
  if (auto failure = read_records(fd.get(), inodes, records)) return failure;

  // Threads of a process whose main thread has exited are visited one by one, with the same table of
  // descriptors.
  const auto key = [](const Record& record) { return std::make_tuple(record.pid, record.fd, record.inode); };
  std::sort(records.begin(), records.end(),
            [&](const Record& a, const Record& b) { return key(a) < key(b); });
  records.erase(std::unique(records.begin(), records.end(),
                            [&](const Record& a, const Record& b) { return key(a) == key(b); }),
                records.end());

  const FileDescriptor proc(::open(procRoot.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!proc) return SysError{"open", errno, procRoot};
  for (const Record& record : records) {
    if (result.facts.empty() || result.facts.back().pid != record.pid)
      result.facts.push_back(
          read_process_facts(open_process(proc.get(), record.pid).get(), record.pid, record.task));
    result.holders.push_back({record.inode, record.pid, record.fd});
  }
  result.processes = static_cast<uint32_t>(result.facts.size());
  return std::nullopt;
}

}  // namespace sockwatch
