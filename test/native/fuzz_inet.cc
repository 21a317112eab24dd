// TCP and UDP sockets. The input is decoded as one payload and as a dump.

#include <linux/inet_diag.h>
#include <sys/socket.h>

#include <algorithm>

#include "../../native/inet_diag.h"
#include "fuzz_dump.h"

namespace sockwatch::fuzz {
namespace {

// Compares the last row with the payload at the offsets of struct inet_diag_msg (linux/inet_diag.h).
void check_row(Bytes payload, const InetColumns& columns) {
  require(payload.size >= sizeof(inet_diag_msg), "a row comes from a complete inet_diag_msg");
  const uint8_t* message = payload.data;
  const uint8_t family = message[0];
  require(family == AF_INET || family == AF_INET6, "the family is IPv4 or IPv6");
  require(columns.family.back() == family && columns.state.back() == message[1], "family and state");
  require(columns.port.back() == (message[4] << 8 | message[5]), "the port is in host order");
  require(std::equal(message + 8, message + 24, columns.address.end() - 16),
          "the address is copied unchanged");
  const uint8_t v6only = columns.v6only.back();
  require(v6only <= 1 || v6only == kV6OnlyUnknown, "v6only is yes, no or unknown");
  require(family == AF_INET6 || v6only == kV6OnlyUnknown, "v6only is unknown for IPv4");
}

}  // namespace
}  // namespace sockwatch::fuzz

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace sockwatch;
  InetColumns columns;
  fuzz::append_checked(append_inet_socket, {data, size}, columns, fuzz::check_row);
  fuzz::walk_checked<InetColumns>({data, size}, append_inet_socket, fuzz::check_row);
  return 0;
}
