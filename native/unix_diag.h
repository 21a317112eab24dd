#pragma once

#include <cstdint>
#include <vector>

#include "netlink_messages.h"
#include "socket_columns.h"

namespace sockwatch {

// The payload of a dump request for AF_UNIX sockets whose state's bit is set in `states`.
std::vector<uint8_t> unix_dump_request(uint32_t states);

// Appends one socket: `payload` is a struct unix_diag_msg (linux/unix_diag.h) and its attributes. False where
// it does not have that form; `columns` is then as it was.
bool append_unix_socket(Bytes payload, UnixColumns& columns);

}  // namespace sockwatch
