// Unix sockets. The input is decoded as one payload and as a dump.

#include <linux/unix_diag.h>
#include <sys/socket.h>

#include "../../native/unix_diag.h"
#include "fuzz_dump.h"

namespace sockwatch::fuzz {
namespace {

// Compares the last row with the payload at the offsets of struct unix_diag_msg (linux/unix_diag.h).
void check_row(Bytes payload, const UnixColumns& columns) {
  require(payload.size >= sizeof(unix_diag_msg), "a row comes from a complete unix_diag_msg");
  require(payload.data[0] == AF_UNIX, "the family is AF_UNIX");
  require(columns.type.back() == payload.data[1] && columns.state.back() == payload.data[2],
          "type and state");
  uint32_t inode = 0;
  std::memcpy(&inode, payload.data + 4, sizeof(inode));
  require(columns.inode.back() == inode, "the inode is copied unchanged");
  require(columns.nameEnd.back() == columns.names.size(), "the last name ends at the end of `names`");
  const size_t row = columns.nameEnd.size() - 1;
  const uint32_t start = row == 0 ? 0 : columns.nameEnd[row - 1];
  require(start <= columns.nameEnd[row], "names are in order");
  require(columns.nameEnd[row] - start <= payload.size, "a name is no longer than its payload");
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
