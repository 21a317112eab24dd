#include "owner_iterator.h"

#include <netinet/in.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <ctime>
#include <iterator>
#include <mutex>
#include <tuple>
#include <unordered_set>

#include "bpf/owners_loader.h"
#include "file_descriptor.h"

namespace sockwatch {
namespace {

using AddressRecord = sockwatch_address_record;

template <typename Record>
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

void append_socket(const AddressRecord& record, InetColumns& columns) {
  columns.family.push_back(record.family);
  columns.state.push_back(record.state);
  columns.v6only.push_back(record.family == AF_INET6 ? record.v6only : kV6OnlyUnknown);
  columns.address.insert(columns.address.end(), std::begin(record.address), std::end(record.address));
  columns.port.push_back(record.port);
  columns.device.push_back(record.device);
  columns.uid.push_back(kUidUnknown);
  columns.inode.push_back(record.owner.inode);
  columns.rqueue.push_back(0);
  columns.wqueue.push_back(0);
  columns.drops.push_back(kDropsUnknown);
  columns.timeWait.push_back(kNotTimeWait);
  columns.cookie.push_back(0);
  columns.cgroup.push_back(0);
}

Failure read_with_addresses(int fd, OwnerPass& pass) {
  std::vector<AddressRecord> records;
  if (auto failure = read_records(fd, records)) return failure;
  // Each socket once, however many descriptors refer to it.
  std::unordered_set<uint32_t> seen;
  for (const AddressRecord& record : records) {
    pass.records.push_back(record.owner);
    if (record.protocol == 0 || !seen.insert(record.owner.inode).second) continue;
    append_socket(record, record.protocol == IPPROTO_TCP ? pass.tcp : pass.udp);
  }
  return std::nullopt;
}

// The program stays loaded for the next pass, which most captures need: verifying it takes the kernel longer
// than a pass over the processes of an idle node. Returns a descriptor, or -errno.
int open_pass(uint32_t pid_namespace, uint32_t addresses_in_netns) {
  static std::mutex mutex;
  static FileDescriptor link;
  static uint32_t linked_for = 0;
  const std::lock_guard<std::mutex> lock(mutex);
  if (!link || linked_for != addresses_in_netns) {
    const int loaded = sockwatch_load_owners(pid_namespace, addresses_in_netns);
    if (loaded < 0) return loaded;
    link = FileDescriptor(loaded);
    linked_for = addresses_in_netns;
  }
  return sockwatch_open_owners(link.get());
}

}  // namespace

Failure iterate_owners(uint32_t addresses_in_netns, OwnerPass& pass) {
  struct stat pid_namespace {};
  if (::stat("/proc/self/ns/pid", &pid_namespace) != 0) return SysError{"stat", errno, "/proc/self/ns/pid"};
  const int opened = open_pass(static_cast<uint32_t>(pid_namespace.st_ino), addresses_in_netns);
  if (opened < 0) return SysError{"bpf", -opened, "iter/task_file"};
  const FileDescriptor fd(opened);
  auto& records = pass.records;
  auto failure =
      addresses_in_netns == 0 ? read_records(fd.get(), records) : read_with_addresses(fd.get(), pass);
  if (failure) return failure;
  timespec now{};
  if (::clock_gettime(CLOCK_BOOTTIME, &now) != 0) return SysError{"clock_gettime", errno, "CLOCK_BOOTTIME"};
  pass.endedMs = static_cast<uint64_t>(now.tv_sec) * 1000 + static_cast<uint64_t>(now.tv_nsec) / 1'000'000;

  // If the main thread has exited, the kernel visits the other threads separately, and the descriptor table
  // they share several times.
  const auto key = [](const OwnerRecord& record) {
    return std::make_tuple(record.pid, record.fd, record.inode);
  };
  std::sort(records.begin(), records.end(),
            [&](const OwnerRecord& a, const OwnerRecord& b) { return key(a) < key(b); });
  records.erase(std::unique(records.begin(), records.end(),
                            [&](const OwnerRecord& a, const OwnerRecord& b) { return key(a) == key(b); }),
                records.end());
  return std::nullopt;
}

}  // namespace sockwatch
