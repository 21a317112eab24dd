// Unix sockets: the input is one payload, and it is a dump.

#include <linux/unix_diag.h>
#include <sys/socket.h>

#include "../../native/unix_diag.h"
#include "fuzz_dump.h"

namespace sockwatch::fuzz {
namespace {

// The last row against the payload's bytes, by the offsets of struct unix_diag_msg (linux/unix_diag.h).
void check_row(Bytes payload, const UnixColumns& columns) {
  require(payload.size >= sizeof(unix_diag_msg), "a row has a whole unix_diag_msg");
  require(payload.data[0] == AF_UNIX, "no row is without a family");
  require(columns.type.back() == payload.data[1] && columns.state.back() == payload.data[2],
          "type and state");
  uint32_t inode = 0;
  std::memcpy(&inode, payload.data + 4, sizeof(inode));
  require(columns.inode.back() == inode, "the inode is as it came");
  require(columns.nameEnd.back() == columns.names.size(), "the last name ends where the names end");
  const size_t row = columns.nameEnd.size() - 1;
  const uint32_t start = row == 0 ? 0 : columns.nameEnd[row - 1];
  require(start <= columns.nameEnd[row], "names are in order");
  require(columns.nameEnd[row] - start <= payload.size, "a name is part of its payload");
}

}  // namespace
}  // namespace sockwatch::fuzz

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace sockwatch;
  UnixColumns columns;
  fuzz::append_checked(append_unix_socket, {data, size}, columns, fuzz::check_row);
  fuzz::walk_checked<UnixColumns>({data, size}, append_unix_socket, fuzz::check_row);
  return 0;
}
