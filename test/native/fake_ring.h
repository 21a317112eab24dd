#pragma once

#include <linux/bpf.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cstdint>
#include <cstring>
#include <stdexcept>
#include <string>

#include "../../native/file_descriptor.h"

namespace sockwatch::test {

// The producer side of a BPF ring buffer (kernel/bpf/ringbuf.c), in a memfd. The kernel maps the data pages
// twice; this writes everything twice instead.
class FakeRing {
 public:
  explicit FakeRing(size_t size, uint64_t start = 0) : size_(size), page_(::sysconf(_SC_PAGESIZE)) {
    fd_ = FileDescriptor(::memfd_create("ring", MFD_CLOEXEC));
    const size_t length = 2 * page_ + 2 * size_;
    if (::ftruncate(fd_.get(), static_cast<off_t>(length)) != 0) throw std::runtime_error("ftruncate");
    void* memory = ::mmap(nullptr, length, PROT_READ | PROT_WRITE, MAP_SHARED, fd_.get(), 0);
    if (memory == MAP_FAILED) throw std::runtime_error("mmap");
    memory_ = static_cast<uint8_t*>(memory);
    reset(start);
  }
  FakeRing(const FakeRing&) = delete;
  FakeRing& operator=(const FakeRing&) = delete;
  ~FakeRing() { ::munmap(memory_, 2 * page_ + 2 * size_); }

  int fd() const { return fd_.get(); }
  size_t size() const { return size_; }
  uint64_t consumer() const { return __atomic_load_n(position(0), __ATOMIC_ACQUIRE); }
  uint64_t producer() const { return __atomic_load_n(position(page_), __ATOMIC_RELAXED); }

  // Empties the buffer. `start` must be a multiple of eight.
  void reset(uint64_t start) {
    __atomic_store_n(position(0), start, __ATOMIC_RELEASE);
    __atomic_store_n(position(page_), start, __ATOMIC_RELEASE);
  }

  // Like bpf_ringbuf_reserve(); returns false if the record does not fit. `record` is for commit() or
  // discard().
  bool reserve(const std::string& payload, uint64_t& record) {
    const uint64_t end = producer() + (payload.size() + BPF_RINGBUF_HDR_SZ + 7) / 8 * 8;
    if (end - consumer() > size_) return false;
    record = producer();
    // The second word is the record's page offset, which the consumer ignores.
    write(record, std::string(BPF_RINGBUF_HDR_SZ, '\xff') + payload);
    set_length(record, static_cast<uint32_t>(payload.size()) | BPF_RINGBUF_BUSY_BIT);
    __atomic_store_n(position(page_), end, __ATOMIC_RELEASE);
    return true;
  }
  void commit(uint64_t record) { set_length(record, length(record) & ~BPF_RINGBUF_BUSY_BIT); }
  void discard(uint64_t record) {
    set_length(record, (length(record) & ~BPF_RINGBUF_BUSY_BIT) | BPF_RINGBUF_DISCARD_BIT);
  }

 private:
  uint64_t* position(size_t offset) const { return reinterpret_cast<uint64_t*>(memory_ + offset); }
  uint8_t* data() const { return memory_ + 2 * page_; }
  uint32_t* header(uint64_t record, size_t copy) const {
    return reinterpret_cast<uint32_t*>(data() + record % size_ + copy * size_);
  }
  uint32_t length(uint64_t record) const { return *header(record, 0); }
  void set_length(uint64_t record, uint32_t length) {
    for (const size_t copy : {0, 1}) __atomic_store_n(header(record, copy), length, __ATOMIC_RELEASE);
  }
  void write(uint64_t at, const std::string& bytes) {
    for (size_t index = 0; index < bytes.size(); index++) {
      const size_t offset = (at + index) % size_;
      data()[offset] = data()[offset + size_] = static_cast<uint8_t>(bytes[index]);
    }
  }

  size_t size_;
  size_t page_;
  FileDescriptor fd_;
  uint8_t* memory_ = nullptr;
};

}  // namespace sockwatch::test
