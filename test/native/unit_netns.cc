// Entering other network namespaces (native/netns.cc).

#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <sys/stat.h>

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

// A network namespace, kept by a child process for the lifetime of this object.
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
  ~OtherNamespace() {
    if (child_ <= 0) return;
    ::kill(child_, SIGKILL);
    ::waitpid(child_, nullptr, 0);
  }

  explicit operator bool() const { return ok_; }
  std::string path() const { return "/proc/" + std::to_string(child_) + "/ns/net"; }

 private:
  pid_t child_ = -1;
  bool ok_ = false;
};

void opening() {
  FileDescriptor fd;
  uint64_t inode = 0;
  check(!open_netns("/proc/self/ns/net", fd, inode) && inode == own_netns(),
        "a namespace is identified by its inode number");
  const FakeProc directory;
  const std::string fifo = directory.path() + "/fifo";
  ::mkfifo(fifo.c_str(), 0600);
  const auto number = [](const std::string& path) {
    FileDescriptor none;
    uint64_t unused = 0;
    const auto failure = open_netns(path, none, unused);
    return failure && !none && failure->subject == path ? failure->number : 0;
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

void running(const OtherNamespace& other) {
  const uint64_t home = own_netns();
  uint64_t inside = 0;
  const auto before = open_files();
  const auto failure = run_in_netns(other.path(), [&]() -> Failure {
    inside = own_netns();
    return std::nullopt;
  });
  check(!failure && inside != home, "work runs inside the namespace");
  check_equal(own_netns(), home, "the calling thread is not moved");
  const auto failed = run_in_netns(other.path(), [] { return SysError{"work", EXDEV, ""}; });
  check(failed && failed->number == EXDEV, "a failure of the work is returned");
  const auto missing = run_in_netns_or_here("/nonexistent", [] { return SysError{"work", EXDEV, ""}; });
  check(missing && missing->number == ENOENT, "work does not run if the namespace is missing");
  run_in_netns_or_here("", [&]() -> Failure {
    inside = own_netns();
    return std::nullopt;
  });
  check_equal(inside, home, "work runs on the calling thread if the path is empty");
  check_equal(open_files() - before, 0, "no descriptors are leaked");
  check_equal(in_child([&] {
                try {
                  run_in_netns(other.path(), []() -> Failure { throw std::bad_alloc(); });
                } catch (const std::bad_alloc&) {
                  return 0;
                }
                return 1;
              }),
              "exit 0", "an exception of the work is rethrown on the calling thread");
}

void moving(const OtherNamespace& other) {
  const uint64_t home = own_netns();
  const auto before = open_files();
  {
    NetnsScope scope;
    check(!scope.enter(other.path()) && own_netns() != home, "a scope moves the calling thread");
    {
      NetnsScope inner;
      inner.enter("/proc/self/ns/net");
    }
    check(own_netns() != home, "a nested scope returns to the outer namespace");
  }
  check_equal(own_netns(), home, "a scope returns at its end");
  {
    NetnsScope scope;
    check(scope.enter("/nonexistent").has_value(), "a missing namespace is an error");
  }
  check_equal(own_netns(), home, "which leaves the thread where it was");
  check_equal(open_files() - before, 0, "scopes leak no descriptors");
  check_equal(in_child([&] {
                NetnsScope scope;
                if (scope.enter(other.path())) return 1;
                ::close(STDERR_FILENO);
                return ::setresuid(65534, 65534, 65534);  // without CAP_SYS_ADMIN, setns() back fails
              }),
              "signal 6", "a process that cannot return aborts");
}

}  // namespace
}  // namespace sockwatch::test

int main() {
  using namespace sockwatch::test;
  opening();
  const OtherNamespace other;
  if (!other) {
    skip("work in another namespace", "unshare(CLONE_NEWNET) is not permitted");
    return 0;
  }
  running(other);
  moving(other);
}
