#pragma once

#include <cstdint>
#include <vector>

#include "netlink_messages.h"
#include "socket_columns.h"

namespace sockwatch {

// The payload of a SOCK_DIAG_BY_FAMILY dump request. Bit n of `states` selects sockets in state n
// (net/tcp_states.h).
std::vector<uint8_t> unix_dump_request(uint32_t states);

// Appends one socket. `payload` is a struct unix_diag_msg (linux/unix_diag.h) followed by attributes. Returns
// false and leaves `columns` unchanged if it is malformed.
bool append_unix_socket(Bytes payload, UnixColumns& columns);

}  // namespace sockwatch
