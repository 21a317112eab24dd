#include "event_stream.h"

#include <poll.h>
#include <sys/eventfd.h>
#include <sys/stat.h>

#include <cerrno>
#include <new>
#include <system_error>
#include <utility>

#include "tracepoint_ids.h"

namespace sockwatch {
namespace {

// Bounds the time that one take() keeps the JavaScript thread busy.
constexpr size_t kMaxEventsPerTake = 4096;

// Neither call fails: both transfer eight bytes, and the counter cannot overflow.
void eventfd_signal(const FileDescriptor& eventfd) {
  const uint64_t one = 1;
  static_cast<void>(::write(eventfd.get(), &one, sizeof(one)) == sizeof(one));
}

void eventfd_drain(const FileDescriptor& eventfd) {
  uint64_t count = 0;
  static_cast<void>(::read(eventfd.get(), &count, sizeof(count)) == sizeof(count));
}

}  // namespace

Failure EventStream::load(const sockwatch_event_filter& filter) {
  sockwatch_events* programs = nullptr;
  if (sockwatch_events_open_fexit(&filter, &programs) == 0) {
    programs_.reset(programs);
    method_ = "fexit";
    return std::nullopt;
  }
  const int loaded = sockwatch_events_load_tracepoints(&filter, &programs);
  if (loaded < 0) return SysError{"bpf", -loaded, "event programs"};
  programs_.reset(programs);
  method_ = "tracepoint";
  // After loading: where eBPF is refused, tracefs must not be mounted. Unmounting it crashes kernels under
  // lockdown=confidentiality.
  sockwatch_tracepoints tracepoints{};
  if (auto failure = read_tracepoint_ids(tracepoints)) return failure;
  const char* step = "";
  const int attached = sockwatch_events_attach_tracepoints(programs, &tracepoints, &step);
  if (attached < 0) return SysError{step, -attached, "event programs"};
  return std::nullopt;
}

Failure EventStream::open(uint32_t netns, OnReady on_ready) {
  struct stat pid_namespace {};
  if (::stat("/proc/self/ns/pid", &pid_namespace) != 0) return SysError{"stat", errno, "/proc/self/ns/pid"};
  if (auto failure = load({static_cast<unsigned int>(pid_namespace.st_ino), netns})) return failure;
  if (auto failure = ring_.map(sockwatch_events_ring(programs_.get()), sockwatch_events_ring_size()))
    return failure;
  stop_ = FileDescriptor(::eventfd(0, EFD_CLOEXEC));
  taken_ = FileDescriptor(::eventfd(0, EFD_CLOEXEC));
  if (!stop_ || !taken_) return SysError{"eventfd", errno, ""};
  on_ready_ = std::move(on_ready);
  try {
    thread_ = std::thread([this] { run(); });
  } catch (const std::system_error& error) {
    return SysError{"pthread_create", error.code().value(), ""};
  }
  return std::nullopt;
}

void EventStream::close() {
  if (thread_.joinable()) {
    eventfd_signal(stop_);
    thread_.join();
  }
  ring_.unmap();
  programs_.reset();
  // JavaScript may keep this object alive until its next garbage collection.
  stop_ = FileDescriptor();
  taken_ = FileDescriptor();
}

EventStream::Dropped EventStream::take(const std::function<void(const Event&)>& each) {
  if (!programs_) return {};
  try {
    ring_.consume(kMaxEventsPerTake, [&](Bytes record) {
      Event event;
      if (read_value(record, event)) each(event);
    });
  } catch (const std::bad_alloc&) {
    // The remaining events stay in the ring buffer.
  }
  eventfd_signal(taken_);
  const Dropped now{sockwatch_events_lost(programs_.get()), sockwatch_events_suppressed(programs_.get())};
  const Dropped before = std::exchange(dropped_, now);
  return {now.lost - before.lost, now.suppressed - before.suppressed};
}

void EventStream::run() {
  // The ring buffer's descriptor stays readable for as long as it has unread records.
  while (wait_for(sockwatch_events_ring(programs_.get()))) {
    on_ready_();
    if (!wait_for(taken_.get())) return;
    eventfd_drain(taken_);
  }
}

// Returns false when the stream is being closed.
bool EventStream::wait_for(int fd) {
  pollfd waited[] = {{fd, POLLIN, 0}, {stop_.get(), POLLIN, 0}};
  for (;;) {
    // EINTR or ENOMEM, both temporary.
    if (::poll(waited, 2, -1) < 0) continue;
    if (waited[1].revents != 0) return false;
    if (waited[0].revents != 0) return true;
  }
}

}  // namespace sockwatch
