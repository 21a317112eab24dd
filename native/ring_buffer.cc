#include "ring_buffer.h"

#include <linux/bpf.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cerrno>

namespace sockwatch {

Failure RingBuffer::map(int fd, size_t size) {
  page_ = static_cast<size_t>(::sysconf(_SC_PAGESIZE));
  size_ = size;
  void* consumer = ::mmap(nullptr, page_, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  if (consumer == MAP_FAILED) return SysError{"mmap", errno, "ring buffer"};
  consumer_ = static_cast<uint8_t*>(consumer);
  void* producer = ::mmap(nullptr, page_ + 2 * size_, PROT_READ, MAP_SHARED, fd, static_cast<off_t>(page_));
  if (producer == MAP_FAILED) return SysError{"mmap", errno, "ring buffer"};
  producer_ = static_cast<uint8_t*>(producer);
  return std::nullopt;
}

void RingBuffer::unmap() {
  if (consumer_) ::munmap(consumer_, page_);
  if (producer_) ::munmap(producer_, page_ + 2 * size_);
  consumer_ = producer_ = nullptr;
}

void RingBuffer::consume(size_t limit, const std::function<void(Bytes)>& each) {
  auto* consumer_position = reinterpret_cast<uint64_t*>(consumer_);
  const auto* producer_position = reinterpret_cast<const uint64_t*>(producer_);
  const uint8_t* data = producer_ + page_;
  uint64_t position = __atomic_load_n(consumer_position, __ATOMIC_RELAXED);
  while (limit-- > 0 && position != __atomic_load_n(producer_position, __ATOMIC_ACQUIRE)) {
    const uint8_t* header = data + (position & (size_ - 1));
    const uint32_t length = __atomic_load_n(reinterpret_cast<const uint32_t*>(header), __ATOMIC_ACQUIRE);
    // Not committed yet. The records behind it wait, to keep the order.
    if (length & BPF_RINGBUF_BUSY_BIT) return;
    const uint32_t payload = length & ~(BPF_RINGBUF_BUSY_BIT | BPF_RINGBUF_DISCARD_BIT);
    if (!(length & BPF_RINGBUF_DISCARD_BIT)) each({header + BPF_RINGBUF_HDR_SZ, payload});
    position += (payload + BPF_RINGBUF_HDR_SZ + 7) / 8 * 8;
    __atomic_store_n(consumer_position, position, __ATOMIC_RELEASE);
  }
}

}  // namespace sockwatch
