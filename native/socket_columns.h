#pragma once

// THE column layout. One vector a column, one element a socket; `address` has 16 bytes a socket.
// src/kernel/addon.ts names the same columns; the two must be changed together, and test/kernel/addon.test.ts
// holds them against each other.

#include <cstddef>
#include <cstdint>
#include <vector>

namespace sockwatch {

// Values that stand for "the kernel did not say".
constexpr uint8_t kV6OnlyUnknown = 255;
constexpr uint32_t kDropsUnknown = UINT32_MAX;
constexpr uint32_t kUidUnknown = UINT32_MAX;

// How many sockets a table of listeners has room for before it must grow.
constexpr size_t kRoom = 256;

struct InetColumns {
  std::vector<uint8_t> family;   // AF_INET or AF_INET6
  std::vector<uint8_t> state;    // TCP_LISTEN, TCP_CLOSE, … (net/tcp_states.h)
  std::vector<uint8_t> v6only;   // 0, 1 or kV6OnlyUnknown
  std::vector<uint8_t> address;  // 16 bytes each, network order; IPv4 in the first four
  std::vector<uint16_t> port;    // host order
  std::vector<uint32_t> device;  // interface index the socket is bound to, 0: none
  std::vector<uint32_t> uid;
  std::vector<uint32_t> inode;   // 0: none
  std::vector<uint32_t> rqueue;  // TCP_LISTEN: connections waiting to be accepted
  std::vector<uint32_t> wqueue;  // TCP_LISTEN: limit of the accept queue
  std::vector<uint32_t> drops;   // or kDropsUnknown
  std::vector<uint64_t> cookie;
  std::vector<uint64_t> cgroup;  // cgroup2 id of the cgroup the socket was made in, 0: unknown

  static InetColumns with_room() {
    InetColumns columns;
    columns.each([](const char*, auto& column) { column.reserve(kRoom); });
    return columns;
  }

  size_t count() const { return family.size(); }

  template <typename Visit>
  void each(Visit&& visit) {
    visit("family", family);
    visit("state", state);
    visit("v6only", v6only);
    visit("address", address);
    visit("port", port);
    visit("device", device);
    visit("uid", uid);
    visit("inode", inode);
    visit("rqueue", rqueue);
    visit("wqueue", wqueue);
    visit("drops", drops);
    visit("cookie", cookie);
    visit("cgroup", cgroup);
  }
};

struct UnixColumns {
  std::vector<uint8_t> type;   // SOCK_STREAM, SOCK_DGRAM, SOCK_SEQPACKET
  std::vector<uint8_t> state;  // TCP_LISTEN, TCP_CLOSE, …
  std::vector<uint32_t> uid;   // or kUidUnknown
  std::vector<uint32_t> inode;
  std::vector<uint32_t> rqueue;      // TCP_LISTEN: connections waiting to be accepted
  std::vector<uint32_t> wqueue;      // TCP_LISTEN: limit of the accept queue
  std::vector<uint32_t> fileDevice;  // major<<20|minor of the socket file, 0 with fileInode 0: no file
  std::vector<uint32_t> fileInode;
  std::vector<uint64_t> cookie;
  std::vector<uint32_t> nameEnd;  // end of the socket's name in `names`; it starts where the one before ends
  std::vector<uint8_t> names;     // as the kernel gives them: a leading NUL marks an abstract name

  static UnixColumns with_room() {
    UnixColumns columns;
    columns.each([](const char*, auto& column) { column.reserve(kRoom); });
    return columns;
  }

  size_t count() const { return type.size(); }

  template <typename Visit>
  void each(Visit&& visit) {
    visit("type", type);
    visit("state", state);
    visit("uid", uid);
    visit("inode", inode);
    visit("rqueue", rqueue);
    visit("wqueue", wqueue);
    visit("fileDevice", fileDevice);
    visit("fileInode", fileInode);
    visit("cookie", cookie);
    visit("nameEnd", nameEnd);
    visit("names", names);
  }
};

}  // namespace sockwatch
