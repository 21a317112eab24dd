#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>

#include "netlink_messages.h"
#include "sys_error.h"

namespace sockwatch {

// The consumer side of a BPF ring buffer. The map's memory (Documentation/bpf/ringbuf.rst) is one page with
// the consumer position, which we write; one page with the producer position; and the data area, mapped twice
// in a row so that records are contiguous across its end.
class RingBuffer {
 public:
  RingBuffer() = default;
  RingBuffer(const RingBuffer&) = delete;
  RingBuffer& operator=(const RingBuffer&) = delete;
  ~RingBuffer() { unmap(); }

  // `size` is the map's max_entries: a power of two and a multiple of the page size.
  Failure map(int fd, size_t size);
  void unmap();

  // Calls `each` for the committed records, oldest first, and releases their space. Stops after `limit`
  // records, discarded ones included: producers may add records as fast as they are read. A record for which
  // `each` throws stays in the buffer.
  void consume(size_t limit, const std::function<void(Bytes)>& each);

 private:
  size_t page_ = 0;
  size_t size_ = 0;
  uint8_t* consumer_ = nullptr;
  uint8_t* producer_ = nullptr;
};

}  // namespace sockwatch
