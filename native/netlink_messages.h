#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <functional>

namespace sockwatch {

// A run of bytes that somebody else owns.
struct Bytes {
  const uint8_t* data = nullptr;
  size_t size = 0;
};

// What the messages of one datagram said about the dump they belong to.
struct WalkResult {
  bool done = false;         // NLMSG_DONE was seen: the dump is over
  bool interrupted = false;  // NLM_F_DUMP_INTR was set: the table changed under the dump
  bool malformed = false;    // lengths that do not fit, or bytes left over
  int error = 0;             // errno (positive) out of NLMSG_ERROR, or out of NLMSG_DONE
};

// Which dump a message must belong to; a message with other numbers is not ours and is passed over.
struct DumpIdentity {
  uint32_t sequence = 0;
  uint32_t port = 0;
};

// Walks the netlink messages in `datagram` and gives the payload of each data message to `each`, which
// returns false for a payload that does not have the form it must have. Reads nothing outside `datagram`.
WalkResult walk_messages(Bytes datagram, DumpIdentity identity, const std::function<bool(Bytes)>& each);

// Walks attributes (struct nlattr) behind a message's fixed part; the type is given without its flag bits.
// Returns false where a length does not fit.
bool walk_attributes(Bytes attributes, const std::function<void(uint16_t type, Bytes value)>& each);

// Copies a fixed-size value out of bytes that may be unaligned; false where there are too few.
template <typename Value>
bool read_value(Bytes bytes, Value& out) {
  if (bytes.size < sizeof(Value)) return false;
  std::memcpy(&out, bytes.data, sizeof(Value));
  return true;
}

}  // namespace sockwatch
