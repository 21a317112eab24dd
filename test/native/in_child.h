#pragma once

#include <sys/wait.h>
#include <unistd.h>

#include <string>

namespace sockwatch::test {

// Runs `work` in a child process and returns how that ended, such as "exit 0" or "signal 6".
template <typename Work>
std::string in_child(Work work) {
  const pid_t child = ::fork();
  if (child < 0) return "no child";
  if (child == 0) ::_exit(work());
  int status = 0;
  while (::waitpid(child, &status, 0) < 0) {
  }
  return WIFSIGNALED(status) ? "signal " + std::to_string(WTERMSIG(status))
                             : "exit " + std::to_string(WEXITSTATUS(status));
}

}  // namespace sockwatch::test
