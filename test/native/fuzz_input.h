#pragma once

#include <cstdio>
#include <cstdlib>
#include <memory>

#include "../../native/netlink_messages.h"

namespace sockwatch::fuzz {

// A copy of bytes whose allocation ends where they end, so that AddressSanitizer sees the first byte read
// behind them. Every other length starts at an odd address: nothing says that netlink bytes are aligned.
class ExactBytes {
 public:
  explicit ExactBytes(Bytes bytes) : shift_(bytes.size & 1), size_(bytes.size) {
    memory_ = std::make_unique<uint8_t[]>(shift_ + size_);
    if (size_ > 0) std::memcpy(memory_.get() + shift_, bytes.data, size_);
  }
  Bytes bytes() const { return {memory_.get() + shift_, size_}; }

 private:
  size_t shift_;
  size_t size_;
  std::unique_ptr<uint8_t[]> memory_;
};

// Unlike assert() it cannot be compiled away, and it says which promise was broken.
inline void require(bool holds, const char* promise) {
  if (holds) return;
  std::fprintf(stderr, "BROKEN PROMISE: %s\n", promise);
  std::abort();
}

inline bool is_within(Bytes part, Bytes whole) {
  return part.data >= whole.data && part.data + part.size <= whole.data + whole.size;
}

}  // namespace sockwatch::fuzz
