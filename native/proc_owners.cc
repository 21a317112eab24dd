#include "proc_owners.h"

#include <dirent.h>
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <exception>
#include <functional>
#include <memory>
#include <system_error>
#include <thread>

#include "file_descriptor.h"

namespace sockwatch {
namespace {

struct CloseDirectory {
  void operator()(DIR* directory) const { ::closedir(directory); }
};
using Directory = std::unique_ptr<DIR, CloseDirectory>;

// A second thread nearly halves the time; a fifth gains nothing, because all of them wait for kernel locks.
constexpr unsigned kMaxThreads = 4;

Directory open_directory(int at, const char* path) {
  const int fd = ::openat(at, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0) return nullptr;
  Directory directory(::fdopendir(fd));
  if (!directory) ::close(fd);
  return directory;
}

// Calls `visit` for the entries whose names are numbers. Returns 0, or the errno of a failed read.
template <typename Visit>
int each_number(DIR* directory, Visit visit) {
  for (;;) {
    errno = 0;
    const dirent* entry = ::readdir(directory);
    if (!entry) return errno;
    uint32_t number = 0;
    const char* end = entry->d_name + std::strlen(entry->d_name);
    const auto parsed = std::from_chars(entry->d_name, end, number);
    if (parsed.ec == std::errc() && parsed.ptr == end) visit(number, entry->d_name);
  }
}

// Whether an errno means that a process's descriptors could not be read, rather than that it has exited.
// Usually that is missing permission, but other errors, such as EMFILE, hide owners as well.
bool hides_owners(int error) { return error != 0 && error != ENOENT && error != ESRCH; }

// The results of one thread.
struct PartialWalk {
  std::vector<Owner> owners;
  std::vector<ProcessFacts> facts;
  uint32_t unreadable = 0;
};

class Walker {
 public:
  Walker(int proc, const std::vector<uint32_t>& inodes) : proc_(proc), inodes_(inodes) {}

  void visit_process(uint32_t pid, PartialWalk& part) const {
    const size_t before = part.owners.size();
    bool denied = false;
    uint32_t task = pid;
    const FileDescriptor process = open_process(proc_, pid);
    if (!process) {
      if (hides_owners(errno)) part.unreadable++;
      return;
    }
    // /proc/PID/fd is empty if the main thread has exited, though other threads still share the descriptors.
    if (visit_descriptors(process.get(), "fd", pid, part, denied) == 0 && !denied)
      task = visit_threads(process.get(), pid, part, denied);
    if (denied) part.unreadable++;
    if (part.owners.size() > before) part.facts.push_back(read_process_facts(process.get(), pid, task));
  }

 private:
  // Returns the number of descriptors.
  size_t visit_descriptors(int process, const std::string& path, uint32_t pid, PartialWalk& part,
                           bool& denied) const {
    const Directory directory = open_directory(process, path.c_str());
    if (!directory) {
      denied |= hides_owners(errno);
      return 0;
    }
    size_t seen = 0;
    const int at = ::dirfd(directory.get());
    const int error = each_number(directory.get(), [&](uint32_t fd, const char* name) {
      seen++;
      char target[64];
      const ssize_t size = ::readlinkat(at, name, target, sizeof(target));
      if (size < 0) {
        denied |= hides_owners(errno);
        return;
      }
      const uint32_t inode = parse_socket_link(target, static_cast<size_t>(size));
      if (inode != 0 && std::binary_search(inodes_.begin(), inodes_.end(), inode))
        part.owners.push_back({inode, pid, fd});
    });
    denied |= hides_owners(error);
    return seen;
  }

  // Returns the first thread that has descriptors, or `pid` if none has.
  uint32_t visit_threads(int process, uint32_t pid, PartialWalk& part, bool& denied) const {
    uint32_t running = pid;
    const Directory tasks = open_directory(process, "task");
    if (!tasks) {
      denied |= hides_owners(errno);
      return running;
    }
    const int error = each_number(tasks.get(), [&](uint32_t task, const char* name) {
      if (task == pid || running != pid) return;
      const std::string path = std::string("task/") + name + "/fd";
      if (visit_descriptors(process, path, pid, part, denied) > 0) running = task;
    });
    denied |= hides_owners(error);
    return running;
  }

  int proc_;
  const std::vector<uint32_t>& inodes_;
};

// Runs `work` on this thread and up to `count - 1` others, and waits for all of them. Uses fewer threads if
// some cannot be started. Rethrows the first exception.
void on_threads(unsigned count, const std::function<void(unsigned)>& work) {
  std::vector<std::exception_ptr> thrown(count);
  const auto guarded = [&](unsigned index) {
    try {
      work(index);
    } catch (...) {
      thrown[index] = std::current_exception();
    }
  };
  std::vector<std::thread> threads;
  threads.reserve(count);
  try {
    for (unsigned index = 1; index < count; index++) threads.emplace_back(guarded, index);
  } catch (const std::exception&) {
    // No resources for another thread.
  }
  guarded(0);
  for (auto& thread : threads) thread.join();
  for (const auto& one : thrown) {
    if (one) std::rethrow_exception(one);
  }
}

}  // namespace

uint32_t parse_socket_link(const char* target, size_t size) {
  constexpr char kPrefix[] = "socket:[";
  constexpr size_t kPrefixSize = sizeof(kPrefix) - 1;
  if (size <= kPrefixSize + 1 || std::memcmp(target, kPrefix, kPrefixSize) != 0 || target[size - 1] != ']')
    return 0;
  uint32_t inode = 0;
  const char* end = target + size - 1;
  const auto parsed = std::from_chars(target + kPrefixSize, end, inode);
  return parsed.ec == std::errc() && parsed.ptr == end ? inode : 0;
}

Failure walk_owners(const std::string& proc_root, std::vector<uint32_t> inodes, OwnerWalk& result) {
  std::sort(inodes.begin(), inodes.end());
  const Directory root = open_directory(AT_FDCWD, proc_root.c_str());
  if (!root) return SysError{"open", errno, proc_root};
  std::vector<uint32_t> pids;
  if (const int error = each_number(root.get(), [&](uint32_t pid, const char*) { pids.push_back(pid); }))
    return SysError{"getdents64", error, proc_root};

  const Walker walker(::dirfd(root.get()), inodes);
  const unsigned count = std::clamp(std::thread::hardware_concurrency(), 1u, kMaxThreads);
  std::vector<PartialWalk> parts(count);
  std::atomic<size_t> next{0};
  on_threads(count, [&](unsigned index) {
    for (size_t at = next++; at < pids.size(); at = next++) walker.visit_process(pids[at], parts[index]);
  });

  result.processes = static_cast<uint32_t>(pids.size());
  for (auto& part : parts) {
    result.unreadable += part.unreadable;
    result.owners.insert(result.owners.end(), part.owners.begin(), part.owners.end());
    std::move(part.facts.begin(), part.facts.end(), std::back_inserter(result.facts));
  }
  std::sort(result.owners.begin(), result.owners.end(),
            [](const Owner& a, const Owner& b) { return a.pid != b.pid ? a.pid < b.pid : a.fd < b.fd; });
  return std::nullopt;
}

}  // namespace sockwatch
