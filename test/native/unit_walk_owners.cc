// The walk through /proc (native/proc_owners.cc, process_facts.cc), in a fake /proc and in the real one.

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include "../../native/proc_owners.h"
#include "check.h"
#include "fake_proc.h"
#include "in_child.h"
#include "open_files.h"

namespace sockwatch::test {
namespace {

OwnerWalk walk(const std::string& root, const std::vector<uint32_t>& inodes) {
  OwnerWalk result;
  if (const auto failure = walk_owners(root, inodes, result))
    check(false, failure->syscall + " " + failure->subject + ": " + std::to_string(failure->number));
  return result;
}

// Owners as "pid/fd=inode", in order.
std::string owners_of(const OwnerWalk& result) {
  std::string all;
  for (const auto& [inode, pid, fd] : result.owners) {
    if (!all.empty()) all += ' ';
    all += std::to_string(pid) + "/" + std::to_string(fd) + "=" + std::to_string(inode);
  }
  return all;
}

std::string text_of(const std::optional<std::vector<uint8_t>>& bytes) {
  return bytes ? std::string(bytes->begin(), bytes->end()) : "(none)";
}

void owners() {
  const FakeProc proc;
  proc.descriptor("20/fd", 10, "socket:[7]");
  proc.descriptor("20/fd", 3, "socket:[5]");
  proc.descriptor("20/fd", 4, "pipe:[5]");
  proc.descriptor("20/fd", 5, "/tmp/socket:[5]");
  proc.descriptor("20/fd", 6, "socket:[99999999999]");
  proc.descriptor("100/fd", 0, "socket:[5]");
  proc.descriptor("9/fd", 1, "socket:[8]");
  proc.directory("self/fd");
  proc.directory("12x/fd");
  const OwnerWalk result = walk(proc.path(), {7, 5, 5});
  check_equal(owners_of(result), "20/3=5 20/10=7 100/0=5",
              "all owners of all requested sockets are found, sorted by pid and descriptor");
  check_equal(result.facts.size(), 2U, "facts are read once for each owner");
  check_equal(result.processes, 3U, "only directories named by a number are processes");
  check_equal(result.unreadable, 0U, "all processes were readable");
  check_equal(walk(proc.path(), {}).owners.size(), 0U, "no inodes, no owners");
}

void many() {
  const FakeProc proc;
  std::vector<uint32_t> wanted;
  for (uint32_t pid = 1; pid <= 60; pid++) {
    for (int fd = 0; fd < 40; fd++) {
      const uint32_t inode = pid * 100 + static_cast<uint32_t>(fd);
      proc.descriptor(std::to_string(pid) + "/fd", fd, "socket:[" + std::to_string(inode) + "]");
      wanted.push_back(inode);
    }
  }
  const OwnerWalk result = walk(proc.path(), wanted);
  bool in_order = result.owners.size() == wanted.size();
  for (size_t at = 0; in_order && at < wanted.size(); at++) in_order = result.owners[at].inode == wanted[at];
  check(in_order, "the results of several threads are complete and sorted");
  check_equal(result.facts.size(), 60U, "and include the facts of all owners");
}

void main_thread_gone() {
  const FakeProc proc;
  proc.directory("30/fd");
  proc.directory("30/task/30/fd");
  proc.descriptor("30/task/31/fd", 4, "socket:[5]");
  proc.descriptor("30/task/32/fd", 4, "socket:[5]");
  proc.file("30/comm", "leader\n");
  proc.file("30/task/31/cmdline", "worker");
  const OwnerWalk result = walk(proc.path(), {5});
  check_equal(owners_of(result), "30/4=5",
              "if the main thread has exited, another thread's descriptors are read");
  check_equal(text_of(result.facts.at(0).argv0), "worker", "and its arguments");
}

void facts() {
  const FakeProc proc;
  proc.process("40", "a) b (c\nd");
  proc.descriptor("40/fd", 3, "socket:[5]");
  const OwnerWalk result = walk(proc.path(), {5});
  const ProcessFacts& facts = result.facts.at(0);
  check_equal(text_of(facts.comm), "a) b (c\nd", "only the kernel's newline is removed from a name");
  check_equal(text_of(facts.argv0), "/bin/a) b (c\nd", "only the first argument is kept");
  check_equal(text_of(facts.exe), "/bin/a) b (c\nd", "the executable is the link target");
  check_equal(text_of(facts.cgroup), "0::/system.slice/a) b (c\nd.service\n", "the cgroup file is complete");
  check_equal(facts.startMs.value_or(0), 1234U * 1000 / static_cast<uint64_t>(::sysconf(_SC_CLK_TCK)),
              "the start time is parsed after a name with parentheses");
  size_t held = 0;
  for (const auto* bytes : {&facts.comm, &facts.argv0, &facts.exe, &facts.cgroup})
    held += (*bytes)->capacity();
  check(held < 4096, "facts have little spare capacity");

  const FakeProc bare;
  bare.descriptor("41/fd", 3, "socket:[5]");
  const ProcessFacts none = walk(bare.path(), {5}).facts.at(0);
  check(!none.comm && !none.exe && !none.argv0 && !none.cgroup && !none.startMs,
        "a process that has exited has no facts, which is no failure");
}

void failures() {
  OwnerWalk result;
  const auto failure = walk_owners("/nonexistent", {5}, result);
  check(failure && failure->number == ENOENT && failure->subject == "/nonexistent",
        "a missing /proc is an error");
  const auto file = walk_owners("/etc/hostname", {5}, result);
  check(file && file->number == ENOTDIR, "a /proc that is not a directory is an error");

  const FakeProc proc;
  proc.descriptor("50/fd", 3, "socket:[5]");
  proc.descriptor("51/fd", 3, "socket:[5]");
  const auto before = open_files();
  walk(proc.path(), {5});
  check_equal(open_files() - before, 0, "a walk leaks no descriptors");

  const std::string name = "processes without read permission are counted as unreadable";
  if (::geteuid() == 0) {
    ::chmod((proc.path() + "/51/fd").c_str(), 0700);
    check_equal(in_child([&] {
                  if (::setresuid(65534, 65534, 65534) != 0) return 9;
                  const OwnerWalk seen = walk(proc.path(), {5});
                  return seen.unreadable == 1 && owners_of(seen) == "50/3=5" ? 0 : 1;
                }),
                "exit 0", name);
  } else {
    skip(name, "changing the user takes root");
  }

  check_equal(in_child([&] {
                // One descriptor, for the root directory.
                const int last = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
                const rlimit limit{static_cast<rlim_t>(last) + 1, static_cast<rlim_t>(last) + 1};
                ::close(last);
                if (::setrlimit(RLIMIT_NOFILE, &limit) != 0) return 9;
                OwnerWalk seen;
                const auto failed = walk_owners(proc.path(), {5}, seen);
                return failed || seen.unreadable == 2 ? 0 : 1;
              }),
              "exit 0", "processes are counted as unreadable if there are no free descriptors");
}

void real_proc() {
  const int fd = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  struct stat status {};
  ::fstat(fd, &status);
  const auto inode = static_cast<uint32_t>(status.st_ino);
  const OwnerWalk result = walk("/proc", {inode});
  const std::string self = std::to_string(::getpid()) + "/" + std::to_string(fd);
  check_equal(owners_of(result), self + "=" + std::to_string(inode),
              "the real /proc lists this process's socket");
  check(result.facts.at(0).startMs.value_or(0) > 0, "and the start time of this process");
  ::close(fd);
}

}  // namespace
}  // namespace sockwatch::test

int main() {
  using namespace sockwatch::test;
  owners();
  many();
  main_thread_gone();
  facts();
  failures();
  real_proc();
}
