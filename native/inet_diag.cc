#include "inet_diag.h"

#include <arpa/inet.h>
#include <linux/inet_diag.h>
#include <linux/sock_diag.h>
#include <sys/socket.h>

namespace sockwatch {
namespace {

struct InetAttributes {
  uint8_t v6only = kV6OnlyUnknown;
  uint32_t drops = kDropsUnknown;
  uint64_t cgroup = 0;
};

void read_attribute(uint16_t type, Bytes value, InetAttributes& out) {
  switch (type) {
    case INET_DIAG_SKV6ONLY:
      if (uint8_t flag = 0; read_value(value, flag)) out.v6only = flag != 0;
      break;
    case INET_DIAG_SKMEMINFO: {
      // An array of u32 that newer kernels extend; SK_MEMINFO_DROPS was added in 4.7 (linux/sock_diag.h).
      constexpr size_t offset = SK_MEMINFO_DROPS * sizeof(uint32_t);
      if (value.size > offset) read_value({value.data + offset, value.size - offset}, out.drops);
      break;
    }
    case INET_DIAG_CGROUP_ID:
      read_value(value, out.cgroup);
      break;
    default:
      break;  // newer kernels send more
  }
}

// inet_twsk_diag_fill() in net/ipv4/inet_diag.c. What a closed connection leaves in place of its socket has
// it in either of its states, TCP_TIME_WAIT and TCP_FIN_WAIT2.
constexpr uint8_t kTimeWaitTimer = 3;

}  // namespace

std::vector<uint8_t> inet_dump_request(const InetRequest& request) {
  inet_diag_req_v2 body{};
  body.sdiag_family = request.family;
  body.sdiag_protocol = request.protocol;
  body.idiag_states = request.states;
  // Extension n is requested by bit n - 1. v6only and cgroup id are sent unrequested.
  body.idiag_ext = 1 << (INET_DIAG_SKMEMINFO - 1);
  const auto* bytes = reinterpret_cast<const uint8_t*>(&body);
  return {bytes, bytes + sizeof(body)};
}

bool append_inet_socket(Bytes payload, InetColumns& columns) {
  inet_diag_msg message;
  if (!read_value(payload, message)) return false;
  if (message.idiag_family != AF_INET && message.idiag_family != AF_INET6) return false;
  InetAttributes attributes;
  const Bytes rest{payload.data + sizeof(message), payload.size - sizeof(message)};
  if (!walk_attributes(rest, [&](uint16_t type, Bytes value) { read_attribute(type, value, attributes); }))
    return false;

  columns.family.push_back(message.idiag_family);
  columns.state.push_back(message.idiag_state);
  columns.v6only.push_back(message.idiag_family == AF_INET6 ? attributes.v6only : kV6OnlyUnknown);
  const auto* address = reinterpret_cast<const uint8_t*>(message.id.idiag_src);
  columns.address.insert(columns.address.end(), address, address + sizeof(message.id.idiag_src));
  columns.port.push_back(ntohs(message.id.idiag_sport));
  columns.device.push_back(message.id.idiag_if);
  columns.uid.push_back(message.idiag_uid);
  columns.inode.push_back(message.idiag_inode);
  columns.rqueue.push_back(message.idiag_rqueue);
  columns.wqueue.push_back(message.idiag_wqueue);
  columns.drops.push_back(attributes.drops);
  columns.timeWait.push_back(message.idiag_timer == kTimeWaitTimer ? message.idiag_expires : kNotTimeWait);
  columns.cookie.push_back(uint64_t{message.id.idiag_cookie[1]} << 32 | message.id.idiag_cookie[0]);
  columns.cgroup.push_back(attributes.cgroup);
  return true;
}

}  // namespace sockwatch
