// Netlink attributes. The walk must agree with a simpler implementation, and every value lie within the
// input.

#include <linux/netlink.h>

#include <vector>

#include "fuzz_input.h"

namespace sockwatch::fuzz {
namespace {

struct Attribute {
  uint16_t type;
  size_t offset;
  size_t size;
  bool operator==(const Attribute& other) const {
    return type == other.type && offset == other.offset && size == other.size;
  }
};

// u16 length, u16 type (with two flag bits), value, up to three bytes of padding.
bool plain_walk(const uint8_t* data, size_t size, std::vector<Attribute>& found) {
  for (size_t at = 0; at < size;) {
    if (size - at < 4) return false;
    const size_t length = data[at] | data[at + 1] << 8;
    if (length < 4 || length > size - at) return false;
    const auto type = static_cast<uint16_t>(data[at + 2] | (data[at + 3] & 0x3f) << 8);
    found.push_back({type, at + 4, length - 4});
    at += (length + 3) / 4 * 4;
  }
  return true;
}

}  // namespace
}  // namespace sockwatch::fuzz

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace sockwatch;
  const fuzz::ExactBytes exact({data, size});
  const Bytes input = exact.bytes();
  std::vector<fuzz::Attribute> found;
  const bool fits = walk_attributes(input, [&](uint16_t type, Bytes value) {
    fuzz::require(fuzz::is_within(value, input), "a value lies within the input");
    found.push_back({type, static_cast<size_t>(value.data - input.data), value.size});
  });
  std::vector<fuzz::Attribute> expected;
  fuzz::require(fits == fuzz::plain_walk(data, size, expected), "both walks agree on whether lengths fit");
  fuzz::require(found == expected, "both walks return the same attributes");
  return 0;
}
