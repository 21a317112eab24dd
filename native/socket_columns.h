#pragma once

// Sockets as columns: one vector per field with one element per socket, except `address` with 16 bytes per
// socket. InetColumns and UnixColumns in src/kernel/addon.ts must have the same fields, which
// test/kernel/addon.test.ts verifies.

#include <cstddef>
#include <cstdint>
#include <vector>

namespace sockwatch {

// Values for what the kernel did not report.
constexpr uint8_t kV6OnlyUnknown = 255;
constexpr uint32_t kDropsUnknown = UINT32_MAX;
constexpr uint32_t kUidUnknown = UINT32_MAX;
constexpr uint32_t kNotTimeWait = UINT32_MAX;

// Sockets per table for which memory is reserved in advance.
constexpr size_t kReserved = 256;

struct InetColumns {
  std::vector<uint8_t> family;   // AF_INET or AF_INET6
  std::vector<uint8_t> state;    // TCP_LISTEN, TCP_CLOSE, … (net/tcp_states.h)
  std::vector<uint8_t> v6only;   // 0, 1 or kV6OnlyUnknown
  std::vector<uint8_t> address;  // 16 bytes each, network order; IPv4 in the first four
  std::vector<uint16_t> port;    // host order
  std::vector<uint32_t> device;  // index of the interface the socket is bound to, 0 if none
  std::vector<uint32_t> uid;
  std::vector<uint32_t> inode;     // 0 if none
  std::vector<uint32_t> rqueue;    // TCP_LISTEN: connections waiting to be accepted
  std::vector<uint32_t> wqueue;    // TCP_LISTEN: limit of the accept queue
  std::vector<uint32_t> drops;     // or kDropsUnknown
  std::vector<uint32_t> timeWait;  // milliseconds that a closed connection stays, or kNotTimeWait
  std::vector<uint64_t> cookie;
  std::vector<uint64_t> cgroup;  // id of the cgroup2 the socket was created in, 0 if unknown

  static InetColumns reserved() {
    InetColumns columns;
    columns.each([](const char*, auto& column) { column.reserve(kReserved); });
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
    visit("timeWait", timeWait);
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
  std::vector<uint32_t> fileDevice;  // major<<20|minor of the socket file; 0 and fileInode 0 if none
  std::vector<uint32_t> fileInode;
  std::vector<uint64_t> cookie;
  std::vector<uint32_t> nameEnd;  // end of the name in `names`; it starts at the previous one's end
  std::vector<uint8_t> names;     // as sent by the kernel; an abstract name starts with NUL

  static UnixColumns reserved() {
    UnixColumns columns;
    columns.each([](const char*, auto& column) { column.reserve(kReserved); });
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
