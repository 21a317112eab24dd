#include "unix_diag.h"

#include <linux/unix_diag.h>
#include <sys/socket.h>

namespace sockwatch {
namespace {

// UDIAG_SHOW_UID and UNIX_DIAG_UID (linux/unix_diag.h), which headers before 5.3 lack.
constexpr uint32_t kShowUid = 0x40;
constexpr uint16_t kAttributeUid = 7;

// The kernel sends at most sun_path (108 bytes) and the NUL behind a path; a longer name is malformed.
constexpr size_t kNameLimit = 256;

struct UnixAttributes {
  Bytes name;
  unix_diag_vfs file{};
  unix_diag_rqlen queue{};
  uint32_t uid = kUidUnknown;
};

void read_attribute(uint16_t type, Bytes value, UnixAttributes& out) {
  switch (type) {
    case UNIX_DIAG_NAME:
      if (value.size <= kNameLimit) out.name = value;
      break;
    case UNIX_DIAG_VFS:
      read_value(value, out.file);
      break;
    case UNIX_DIAG_RQLEN:
      read_value(value, out.queue);
      break;
    case kAttributeUid:
      read_value(value, out.uid);
      break;
    default:
      break;  // newer kernels send more
  }
}

}  // namespace

std::vector<uint8_t> unix_dump_request(uint32_t states) {
  unix_diag_req body{};
  body.sdiag_family = AF_UNIX;
  body.udiag_states = states;
  body.udiag_show = UDIAG_SHOW_NAME | UDIAG_SHOW_VFS | UDIAG_SHOW_RQLEN | kShowUid;
  const auto* bytes = reinterpret_cast<const uint8_t*>(&body);
  return {bytes, bytes + sizeof(body)};
}

bool append_unix_socket(Bytes payload, UnixColumns& columns) {
  unix_diag_msg message;
  if (!read_value(payload, message) || message.udiag_family != AF_UNIX) return false;
  UnixAttributes attributes;
  const Bytes rest{payload.data + sizeof(message), payload.size - sizeof(message)};
  if (!walk_attributes(rest, [&](uint16_t type, Bytes value) { read_attribute(type, value, attributes); }))
    return false;

  columns.type.push_back(message.udiag_type);
  columns.state.push_back(message.udiag_state);
  columns.uid.push_back(attributes.uid);
  columns.inode.push_back(message.udiag_ino);
  columns.rqueue.push_back(attributes.queue.udiag_rqueue);
  columns.wqueue.push_back(attributes.queue.udiag_wqueue);
  columns.fileDevice.push_back(attributes.file.udiag_vfs_dev);
  columns.fileInode.push_back(attributes.file.udiag_vfs_ino);
  columns.cookie.push_back(uint64_t{message.udiag_cookie[1]} << 32 | message.udiag_cookie[0]);
  columns.names.insert(columns.names.end(), attributes.name.data,
                       attributes.name.data + attributes.name.size);
  columns.nameEnd.push_back(static_cast<uint32_t>(columns.names.size()));
  return true;
}

}  // namespace sockwatch
