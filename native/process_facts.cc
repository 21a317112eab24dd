#include "process_facts.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>

#include "read_file.h"

namespace sockwatch {
namespace {

using Contents = std::optional<std::vector<uint8_t>>;

constexpr size_t kSmallFile = 64 * 1024;
constexpr size_t kArgvLimit = 4096;  // only argv[0] is kept: arguments may contain secrets

Contents contents(int process, const std::string& path, size_t limit) {
  std::vector<uint8_t> bytes;
  if (read_file(process, path, limit, bytes)) return std::nullopt;
  return bytes;
}

// Empty for kernel threads and processes that have cleared their arguments.
Contents first_argument(Contents cmdline) {
  if (!cmdline || cmdline->empty()) return std::nullopt;
  cmdline->erase(std::find(cmdline->begin(), cmdline->end(), 0), cmdline->end());
  return cmdline;
}

Contents without_newline(Contents text) {
  if (text && !text->empty() && text->back() == '\n') text->pop_back();
  return text;
}

}  // namespace

std::optional<uint64_t> parse_start_ticks(const std::vector<uint8_t>& stat) {
  constexpr int kSpaces = 20;  // the first precedes field 3, the last field 22
  const auto last = std::find(stat.rbegin(), stat.rend(), ')');
  if (last == stat.rend()) return std::nullopt;
  std::string rest(last.base(), stat.end());
  size_t at = 0;
  for (int space = 0; space < kSpaces; space++) {
    at = rest.find(' ', at);
    if (at == std::string::npos) return std::nullopt;
    at++;
  }
  uint64_t ticks = 0;
  const auto parsed = std::from_chars(rest.data() + at, rest.data() + rest.size(), ticks);
  if (parsed.ec != std::errc()) return std::nullopt;
  return ticks;
}

FileDescriptor open_process(int proc, uint32_t pid) {
  return FileDescriptor(::openat(proc, std::to_string(pid).c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
}

ProcessFacts read_process_facts(int process, uint32_t pid, uint32_t task) {
  const std::string thread = "task/" + std::to_string(task);
  ProcessFacts facts;
  facts.pid = pid;
  facts.comm = without_newline(contents(process, "comm", kSmallFile));
  std::vector<uint8_t> exe;
  if (const Failure failure = read_link(process, thread + "/exe", exe))
    facts.exeDenied = failure->number == EACCES;  // proc_pid_readlink(), fs/proc/base.c
  else
    facts.exe = std::move(exe);
  facts.argv0 = first_argument(contents(process, thread + "/cmdline", kArgvLimit));
  facts.cgroup = contents(process, thread + "/cgroup", kSmallFile);
  if (const auto stat = contents(process, "stat", kSmallFile)) {
    if (const auto ticks = parse_start_ticks(*stat))
      facts.startMs = *ticks * 1000 / static_cast<uint64_t>(::sysconf(_SC_CLK_TCK));
  }
  return facts;
}

}  // namespace sockwatch
