// Work in other network namespaces (native/netns.cc).

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

// Another network namespace for as long as this object lives: that of a child which does nothing.
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
        "a namespace is known by its inode");
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
  check_equal(number("/nonexistent"), ENOENT, "a path that is not there is told");
  check_equal(number("/etc/hostname"), EINVAL, "a file is no namespace");
  check_equal(number(directory.path()), EINVAL, "neither is a directory");
  check_equal(number(fifo), EINVAL, "nor a FIFO, which does not hang");
  check_equal(number("/dev/null"), EINVAL, "nor a device");
  check_equal(number("/proc/self/ns/mnt"), EINVAL, "nor a namespace of another kind");
  check_equal(open_files() - before, 0, "and none of them leaks a descriptor");
}

void running(const OtherNamespace& other) {
  const uint64_t home = own_netns();
  uint64_t inside = 0;
  const auto before = open_files();
  const auto failure = run_in_netns(other.path(), [&]() -> Failure {
    inside = own_netns();
    return std::nullopt;
  });
  check(!failure && inside != home, "work runs in the namespace");
  check_equal(own_netns(), home, "and its caller stays where it was");
  const auto told = run_in_netns(other.path(), [] { return SysError{"work", EXDEV, ""}; });
  check(told && told->number == EXDEV, "what the work says comes back");
  const auto missing = run_in_netns_or_here("/nonexistent", [] { return SysError{"work", EXDEV, ""}; });
  check(missing && missing->number == ENOENT, "no work is done where there is no namespace");
  run_in_netns_or_here("", [&]() -> Failure {
    inside = own_netns();
    return std::nullopt;
  });
  check_equal(inside, home, "without a namespace work runs here");
  check_equal(open_files() - before, 0, "none of it leaks a descriptor");
  check_equal(in_child([&] {
                try {
                  run_in_netns(other.path(), []() -> Failure { throw std::bad_alloc(); });
                } catch (const std::bad_alloc&) {
                  return 0;
                }
                return 1;
              }),
              "exit 0", "an exception of the work reaches the caller, and does not end the process");
}

void moving(const OtherNamespace& other) {
  const uint64_t home = own_netns();
  const auto before = open_files();
  {
    NetnsScope scope;
    check(!scope.enter(other.path()) && own_netns() != home, "a scope moves its thread");
    {
      NetnsScope inner;
      inner.enter("/proc/self/ns/net");
    }
    check(own_netns() != home, "a scope within a scope returns to the outer one");
  }
  check_equal(own_netns(), home, "and back at its end");
  {
    NetnsScope scope;
    check(scope.enter("/nonexistent").has_value(), "a scope that cannot be entered says so");
  }
  check_equal(own_netns(), home, "and moves nothing");
  check_equal(open_files() - before, 0, "scopes leak no descriptor");
  check_equal(in_child([&] {
                NetnsScope scope;
                if (scope.enter(other.path())) return 1;
                ::close(STDERR_FILENO);
                return ::setresuid(65534, 65534, 65534);  // the way back takes CAP_SYS_ADMIN
              }),
              "signal 6", "a process that cannot return does not go on in a foreign namespace");
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
