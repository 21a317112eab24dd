// Entering other network namespaces (native/netns.cc).

#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <sys/stat.h>

#include <memory>
#include <new>

#include "../../native/netns.h"
#include "check.h"
#include "fake_proc.h"
#include "in_child.h"
#include "open_files.h"

namespace sockwatch::test {
namespace {

uint64_t own_netns() {
  struct stat status {};
  ::stat("/proc/thread-self/ns/net", &status);
  return status.st_ino;
}

// A network namespace, kept by a child process until end().
class OtherNamespace {
 public:
  OtherNamespace() {
    int ready[2];
    if (::pipe2(ready, O_CLOEXEC) != 0) return;
    child_ = ::fork();
    if (child_ == 0) {
      const char made = ::unshare(CLONE_NEWNET) == 0 ? 'y' : 'n';
      static_cast<void>(::write(ready[1], &made, 1) + 0);
      for (;;) ::pause();
    }
    char made = 'n';
    ok_ = ::read(ready[0], &made, 1) == 1 && made == 'y';
    ::close(ready[0]);
    ::close(ready[1]);
  }
  OtherNamespace(const OtherNamespace&) = delete;
  OtherNamespace& operator=(const OtherNamespace&) = delete;
  ~OtherNamespace() { end(); }

  void end() {
    if (child_ <= 0) return;
    ::kill(child_, SIGKILL);
    ::waitpid(child_, nullptr, 0);
    child_ = -1;
  }

  explicit operator bool() const { return ok_; }
  std::string path() const { return "/proc/" + std::to_string(child_) + "/ns/net"; }

 private:
  pid_t child_ = -1;
  bool ok_ = false;
};

void opening() {
  Netns own;
  check(!open_netns("/proc/self/ns/net", own) && own.inode == own_netns(),
        "a namespace is identified by its inode number");
  const FakeProc directory;
  const std::string fifo = directory.path() + "/fifo";
  ::mkfifo(fifo.c_str(), 0600);
  const auto number = [](const std::string& path) {
    Netns none;
    const auto failure = open_netns(path, none);
    return failure && !none.fd && failure->subject == path ? failure->number : 0;
  };
  const auto before = open_files();
  check_equal(number("/nonexistent"), ENOENT, "a missing path is an error");
  check_equal(number("/etc/hostname"), EINVAL, "a file is not a namespace");
  check_equal(number(directory.path()), EINVAL, "a directory is not a namespace");
  check_equal(number(fifo), EINVAL, "a FIFO is not a namespace, and does not block");
  check_equal(number("/dev/null"), EINVAL, "a device is not a namespace");
  check_equal(number("/proc/self/ns/mnt"), EINVAL, "a mount namespace is not a network namespace");
  check_equal(open_files() - before, 0, "failures leak no descriptors");
}

void running(OtherNamespace& other) {
  const uint64_t home = own_netns();
  uint64_t inside = 0;
  auto netns = std::make_shared<Netns>();
  open_netns(other.path(), *netns);
  // Its path is gone from here on.
  other.end();
  const auto before = open_files();
  const auto failure = run_in_netns(*netns, [&]() -> Failure {
    inside = own_netns();
    return std::nullopt;
  });
  check(!failure && inside == netns->inode && inside != home,
        "work runs inside the namespace, after its last process has ended");
  check_equal(own_netns(), home, "the calling thread is not moved");
  const auto failed = run_in_netns(*netns, [] { return SysError{"work", EXDEV, ""}; });
  check(failed && failed->number == EXDEV, "a failure of the work is returned");
  const auto closed = run_in_netns_or_here(std::make_shared<Netns>(), [] {
    return SysError{"work", EXDEV, ""};
  });
  check(closed && closed->number == EBADF, "work does not run if the namespace is closed");
  run_in_netns_or_here(nullptr, [&]() -> Failure {
    inside = own_netns();
    return std::nullopt;
  });
  check_equal(inside, home, "work runs on the calling thread without a namespace");
  check_equal(open_files() - before, 0, "no descriptors are leaked");
  check_equal(in_child([&] {
                try {
                  run_in_netns(*netns, []() -> Failure { throw std::bad_alloc(); });
                } catch (const std::bad_alloc&) {
                  return 0;
                }
                return 1;
              }),
              "exit 0", "an exception of the work is rethrown on the calling thread");
}

}  // namespace
}  // namespace sockwatch::test

int main() {
  using namespace sockwatch::test;
  opening();
  OtherNamespace other;
  if (!other) {
    skip("work in another namespace", "unshare(CLONE_NEWNET) is not permitted");
    return 0;
  }
  running(other);
}
