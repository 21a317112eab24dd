#pragma once

#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>

namespace sockwatch::test {

// A temporary directory with the parts of /proc that native/proc_owners.cc reads.
class FakeProc {
 public:
  FakeProc() {
    std::string name = std::filesystem::temp_directory_path() / "sockwatch-proc-XXXXXX";
    if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("mkdtemp");
    root_ = name;
    std::filesystem::permissions(root_, std::filesystem::perms(0755));
  }
  FakeProc(const FakeProc&) = delete;
  FakeProc& operator=(const FakeProc&) = delete;
  ~FakeProc() {
    std::error_code ignored;
    std::filesystem::remove_all(root_, ignored);
  }

  std::string path() const { return root_; }

  // `directory` is "100/fd" or "100/task/101/fd".
  void descriptor(const std::string& directory, int fd, const std::string& target) const {
    std::filesystem::create_directories(root_ / directory);
    std::filesystem::create_symlink(target, root_ / directory / std::to_string(fd));
  }

  void directory(const std::string& path) const { std::filesystem::create_directories(root_ / path); }

  void file(const std::string& path, const std::string& contents) const {
    std::filesystem::create_directories((root_ / path).parent_path());
    std::ofstream(root_ / path, std::ios::binary) << contents;
  }

  // The files and the link that process facts are read from.
  void process(const std::string& pid, const std::string& comm) const {
    const std::string thread = pid + "/task/" + pid;
    file(pid + "/comm", comm + "\n");
    file(pid + "/stat", pid + " (" + comm + ") S 1 1 1 0 -1 4194560 0 0 0 0 0 0 0 0 20 0 1 0 1234 0 0");
    file(thread + "/cmdline", std::string("/bin/" + comm) + '\0' + "--secret" + '\0');
    file(thread + "/cgroup", "0::/system.slice/" + comm + ".service\n");
    std::filesystem::create_symlink("/bin/" + comm, root_ / (thread + "/exe"));
  }

 private:
  std::filesystem::path root_;
};

}  // namespace sockwatch::test
