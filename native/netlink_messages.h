#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <functional>

namespace sockwatch {

// Bytes owned elsewhere.
struct Bytes {
  const uint8_t* data = nullptr;
  size_t size = 0;
};

// The state of a dump after one of its datagrams.
struct WalkResult {
  bool done = false;         // the dump has ended, with `error`
  bool interrupted = false;  // NLM_F_DUMP_INTR: the table changed during the dump
  bool malformed = false;    // a length that does not fit, or a payload that was refused
  int error = 0;             // positive errno from NLMSG_ERROR or NLMSG_DONE, 0 if none
};

// Identifies a dump. Messages with other numbers are skipped.
struct DumpIdentity {
  uint32_t sequence = 0;
  uint32_t port = 0;
};

// Calls `each` with the payload of each data message in `datagram`, until it returns false for one that is
// malformed. Reads nothing outside `datagram`.
WalkResult walk_messages(Bytes datagram, DumpIdentity identity, const std::function<bool(Bytes)>& each);

// Calls `each` with the attributes (struct nlattr) that follow a message's fixed part. `type` is without its
// flag bits. Returns false if a length does not fit.
bool walk_attributes(Bytes attributes, const std::function<void(uint16_t type, Bytes value)>& each);

// Copies a value from bytes that may be unaligned. Returns false if there are too few.
template <typename Value>
bool read_value(Bytes bytes, Value& out) {
  if (bytes.size < sizeof(Value)) return false;
  std::memcpy(&out, bytes.data, sizeof(Value));
  return true;
}

}  // namespace sockwatch
