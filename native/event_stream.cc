#include "event_stream.h"

#include <poll.h>
#include <sys/eventfd.h>
#include <sys/stat.h>

#include <cerrno>
#include <system_error>
#include <utility>

#include "tracepoint_ids.h"

namespace sockwatch {

Failure EventStream::open(OnEvents on_events) {
  struct stat pid_namespace {};
  if (::stat("/proc/self/ns/pid", &pid_namespace) != 0) return SysError{"stat", errno, "/proc/self/ns/pid"};
  sockwatch_tracepoints tracepoints{};
  if (auto failure = read_tracepoint_ids(tracepoints)) return failure;
  sockwatch_events* programs = nullptr;
  const char* step = "";
  const int result =
      sockwatch_events_open(static_cast<unsigned int>(pid_namespace.st_ino), &tracepoints, &programs, &step);
  if (result < 0) return SysError{step, -result, "event programs"};
  programs_.reset(programs);
  if (auto failure = ring_.map(sockwatch_events_ring(programs), sockwatch_events_ring_size())) return failure;
  stop_ = FileDescriptor(::eventfd(0, EFD_CLOEXEC));
  if (!stop_) return SysError{"eventfd", errno, ""};
  on_events_ = std::move(on_events);
  try {
    thread_ = std::thread([this] { run(); });
  } catch (const std::system_error& error) {
    return SysError{"pthread_create", error.code().value(), ""};
  }
  return std::nullopt;
}

void EventStream::close() {
  if (thread_.joinable()) {
    const uint64_t one = 1;
    // An eventfd takes eight bytes at once or not at all, and there is room for the first.
    static_cast<void>(::write(stop_.get(), &one, sizeof(one)) == sizeof(one));
    thread_.join();
  }
  ring_.unmap();
  programs_.reset();
}

void EventStream::run() {
  pollfd waited[] = {{sockwatch_events_ring(programs_.get()), POLLIN, 0}, {stop_.get(), POLLIN, 0}};
  for (;;) {
    if (::poll(waited, 2, -1) < 0 && errno != EINTR) return;
    if (waited[1].revents != 0) return;
    hand_over();
  }
}

void EventStream::hand_over() {
  std::vector<Event> events;
  ring_.consume([&](Bytes record) {
    Event event;
    if (read_value(record, event)) events.push_back(event);
  });
  const uint64_t lost = sockwatch_events_lost(programs_.get());
  const uint64_t newly = lost - std::exchange(lost_, lost);
  if (!events.empty() || newly > 0) on_events_(std::move(events), newly);
}

}  // namespace sockwatch
