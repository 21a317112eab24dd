#pragma once

#include <cstdint>
#include <vector>

#include "netlink_messages.h"
#include "socket_columns.h"

namespace sockwatch {

struct InetRequest {
  uint8_t family = 0;    // AF_INET or AF_INET6; an AF_INET dump leaves dual-stack `::` sockets out
  uint8_t protocol = 0;  // IPPROTO_TCP or IPPROTO_UDP
  uint32_t states = 0;   // bit n: sockets in state n; the kernel does the filtering
};

// The payload of a SOCK_DIAG_BY_FAMILY dump request.
std::vector<uint8_t> inet_dump_request(const InetRequest& request);

// Appends one socket: `payload` is a struct inet_diag_msg (linux/inet_diag.h) and its attributes. False where
// it does not have that form; `columns` is then as it was.
bool append_inet_socket(Bytes payload, InetColumns& columns);

}  // namespace sockwatch
