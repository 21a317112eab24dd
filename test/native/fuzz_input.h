#pragma once

#include <cstdio>
#include <cstdlib>
#include <memory>

#include "../../native/netlink_messages.h"

namespace sockwatch::fuzz {

// A copy of the input whose allocation ends with it, so that AddressSanitizer reports any read past the end.
// Odd lengths start at an odd address, because decoders must not rely on alignment.
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

// Unlike assert(), not affected by NDEBUG.
inline void require(bool holds, const char* property) {
  if (holds) return;
  std::fprintf(stderr, "violated: %s\n", property);
  std::abort();
}

inline bool is_within(Bytes part, Bytes whole) {
  return part.data >= whole.data && part.data + part.size <= whole.data + whole.size;
}

}  // namespace sockwatch::fuzz
