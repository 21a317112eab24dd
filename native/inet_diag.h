#pragma once

#include <cstdint>
#include <vector>

#include "netlink_messages.h"
#include "socket_columns.h"

namespace sockwatch {

struct InetRequest {
  uint8_t family = 0;    // AF_INET or AF_INET6; dual-stack `::` sockets are in AF_INET6 dumps only
  uint8_t protocol = 0;  // IPPROTO_TCP or IPPROTO_UDP
  uint32_t states = 0;   // bit n selects sockets in state n (net/tcp_states.h)
};

// The payload of a SOCK_DIAG_BY_FAMILY dump request.
std::vector<uint8_t> inet_dump_request(const InetRequest& request);

// Appends one socket. `payload` is a struct inet_diag_msg (linux/inet_diag.h) followed by attributes. Returns
// false and leaves `columns` unchanged if it is malformed.
bool append_inet_socket(Bytes payload, InetColumns& columns);

}  // namespace sockwatch
