#include "deadline.h"

#include <sys/time.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <string>

#include "errors.h"
#include "sys_error.h"

namespace sockwatch {
namespace {

std::array<char, 512> message;
size_t message_size = 0;
int exit_code = 0;

// Only calls what may be called in a signal handler (signal-safety(7)).
void overdue(int) {
  [[maybe_unused]] const ssize_t written = ::write(STDERR_FILENO, message.data(), message_size);
  ::_exit(exit_code);
}

Failure arm(double ms) {
  struct sigaction action {};
  action.sa_handler = overdue;
  if (::sigaction(SIGALRM, &action, nullptr) != 0) return SysError{"sigaction", errno, "SIGALRM"};
  // The parent process may have left it blocked.
  sigset_t alarm;
  ::sigemptyset(&alarm);
  ::sigaddset(&alarm, SIGALRM);
  if (const int error = ::pthread_sigmask(SIG_UNBLOCK, &alarm, nullptr))
    return SysError{"pthread_sigmask", error, "SIGALRM"};
  const auto microseconds = static_cast<int64_t>(std::max(ms * 1000, 1.0));
  itimerval timer{};
  timer.it_value.tv_sec = microseconds / 1'000'000;
  timer.it_value.tv_usec = microseconds % 1'000'000;
  if (::setitimer(ITIMER_REAL, &timer, nullptr) != 0) return SysError{"setitimer", errno, ""};
  return std::nullopt;
}

}  // namespace

Napi::Value exit_after(const Napi::CallbackInfo& info) {
  const std::string text = info[2].As<Napi::String>().Utf8Value();
  message_size = std::min(text.size(), message.size());
  std::memcpy(message.data(), text.data(), message_size);
  exit_code = info[1].As<Napi::Number>().Int32Value();
  if (auto failure = arm(info[0].As<Napi::Number>().DoubleValue()))
    to_js_error(info.Env(), *failure).ThrowAsJavaScriptException();
  return info.Env().Undefined();
}

}  // namespace sockwatch
