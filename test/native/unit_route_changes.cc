// Changes of links in a network namespace of our own (native/route_changes.cc).

#include <net/if.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include <condition_variable>
#include <cstring>
#include <mutex>

#include "../../native/route_changes.h"
#include "check.h"
#include "open_files.h"

namespace sockwatch::test {
namespace {

// Counts calls, on whichever thread they come.
class Calls {
 public:
  void add() {
    const std::lock_guard<std::mutex> lock(mutex_);
    count_++;
    changed_.notify_all();
  }

  void wait_for_more_than(int count) {
    std::unique_lock<std::mutex> lock(mutex_);
    changed_.wait(lock, [&] { return count_ > count; });
  }

  int count() {
    const std::lock_guard<std::mutex> lock(mutex_);
    return count_;
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  int count_ = 0;
};

// Each call changes a link of this thread's namespace.
void toggle_loopback() {
  const FileDescriptor socket(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  ifreq request{};
  std::strcpy(request.ifr_name, "lo");
  ::ioctl(socket.get(), SIOCGIFFLAGS, &request);
  request.ifr_flags ^= IFF_UP;
  ::ioctl(socket.get(), SIOCSIFFLAGS, &request);
}

void changes() {
  Calls calls;
  const auto before = open_files();
  RouteChanges watched;
  check(!watched.open(nullptr, [&] { calls.add(); }), "a subscription is opened");
  for (int round = 0; round < 20; round++) {
    const int seen = calls.count();
    toggle_loopback();
    calls.wait_for_more_than(seen);
  }
  check(true, "each change is reported");
  watched.close();
  const int seen = calls.count();
  toggle_loopback();
  check_equal(calls.count(), seen, "none after close()");
  watched.close();
  check_equal(open_files() - before, 0, "close() leaves no descriptor open");
}

// Closing while changes come.
void closing() {
  const auto before = open_files();
  for (int round = 0; round < 100; round++) {
    Calls calls;
    RouteChanges watched;
    watched.open(nullptr, [&] { calls.add(); });
    toggle_loopback();
  }
  check_equal(open_files() - before, 0, "the destructor ends the thread");
}

void failures() {
  const auto before = open_files();
  RouteChanges watched;
  const auto failure = watched.open(std::make_shared<Netns>(), [] {});
  check(failure && failure->number == EBADF, "a closed namespace is an error");
  watched.close();
  check_equal(open_files() - before, 0, "which leaves no descriptor open");
}

}  // namespace
}  // namespace sockwatch::test

int main() {
  using namespace sockwatch::test;
  failures();
  if (::unshare(CLONE_NEWNET) != 0) {
    skip("changes of links", "unshare(CLONE_NEWNET) is not permitted");
    return 0;
  }
  changes();
  closing();
}
