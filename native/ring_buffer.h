#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>

#include "netlink_messages.h"
#include "sys_error.h"

namespace sockwatch {

// The consumer's side of a BPF ring buffer. Layout (Documentation/bpf/ringbuf.rst): one page with the
// consumer's position, which we write; one page with the producer's; then the data, mapped twice in a row so
// that a record never wraps.
class RingBuffer {
 public:
  RingBuffer() = default;
  RingBuffer(const RingBuffer&) = delete;
  RingBuffer& operator=(const RingBuffer&) = delete;
  ~RingBuffer() { unmap(); }

  // `size` is the map's max_entries: a power of two, and a multiple of the page size.
  Failure map(int fd, size_t size);
  void unmap();

  // Gives every record that is there, oldest first, and frees its room.
  void consume(const std::function<void(Bytes)>& each);

 private:
  size_t page_ = 0;
  size_t size_ = 0;
  uint8_t* consumer_ = nullptr;
  uint8_t* producer_ = nullptr;
};

}  // namespace sockwatch
