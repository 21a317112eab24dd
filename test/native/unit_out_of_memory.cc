// Every allocation in turn fails, on any thread. That must raise std::bad_alloc on the calling thread, where
// PromiseWorker catches it, and not end the process.

#include <linux/netlink.h>
#include <linux/sock_diag.h>

#include <atomic>
#include <cstdlib>
#include <memory>
#include <new>

#include "../../native/inet_diag.h"
#include "../../native/netlink_socket.h"
#include "../../native/netns.h"
#include "../../native/proc_owners.h"
#include "../../native/unix_diag.h"
#include "check.h"
#include "fake_proc.h"
#include "in_child.h"

namespace {

// Number of allocations that still succeed; negative for all.
std::atomic<long> granted{-1};

void* allocate(size_t size) {
  if (granted >= 0 && granted-- <= 0) {
    granted = 0;
    throw std::bad_alloc();
  }
  void* memory = std::malloc(size == 0 ? 1 : size);
  if (memory == nullptr) throw std::bad_alloc();
  return memory;
}

}  // namespace

void* operator new(size_t size) { return allocate(size); }
void* operator new[](size_t size) { return allocate(size); }
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete[](void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, size_t) noexcept { std::free(memory); }
void operator delete[](void* memory, size_t) noexcept { std::free(memory); }

namespace sockwatch::test {
namespace {

constexpr int kDone = 0;
constexpr int kOutOfMemory = 1;

// Runs `work` with an increasing number of allocations until it succeeds.
template <typename Work>
void starve(const std::string& name, Work work) {
  for (long memory = 0; memory < 2000; memory++) {
    const std::string end = in_child([&] {
      int result = kDone;
      granted = memory;
      try {
        work();
      } catch (const std::bad_alloc&) {
        result = kOutOfMemory;
      }
      granted = -1;
      return result;
    });
    if (end == "exit 0") {
      check(memory > 0, name);
      return;
    }
    if (end != "exit 1") {
      check(false, name);
      std::printf("# %s when allocation %ld fails\n", end.c_str(), memory + 1);
      return;
    }
  }
  check(false, name + ": it never succeeds");
}

}  // namespace
}  // namespace sockwatch::test

int main() {
  using namespace sockwatch;
  using namespace sockwatch::test;
  const FakeProc proc;
  for (const char* pid : {"1", "2", "3"}) {
    proc.process(pid, "owner");
    proc.descriptor(std::string(pid) + "/fd", 3, "socket:[5]");
  }
  const std::string root = proc.path();
  const std::vector<uint32_t> inodes{5};
  starve("a walk through /proc", [&] {
    OwnerWalk walk;
    walk_owners(root, inodes, walk);
  });
  const auto netns = std::make_shared<Netns>();
  open_netns("/proc/self/ns/net", *netns);
  starve("a dump in another namespace", [&] {
    InetColumns columns;
    DumpReport report;
    InetRequest request;
    request.family = 2;
    request.protocol = 6;
    request.states = 1 << 10;
    dump_netlink(
        netns, {NETLINK_SOCK_DIAG, SOCK_DIAG_BY_FAMILY, inet_dump_request(request), "tcp"},
        [&] { columns = InetColumns{}; }, [&](Bytes payload) { return append_inet_socket(payload, columns); },
        report);
  });
  starve("work in a namespace", [&] {
    run_in_netns(*netns, []() -> Failure {
      return SysError{"a name that does not fit into the string object", 1,
                      "a subject that does not fit either"};
    });
  });
}
