#pragma once

// Encodes netlink messages.

#include <linux/netlink.h>

#include <cstring>
#include <string>
#include <vector>

#include "../../native/netlink_messages.h"

namespace sockwatch::test {

using Datagram = std::vector<uint8_t>;

constexpr uint16_t kSocketMessage = 20;  // SOCK_DIAG_BY_FAMILY (linux/sock_diag.h)

struct Header {
  uint16_t type = kSocketMessage;
  uint16_t flags = NLM_F_MULTI;
  uint32_t sequence = 1;
  uint32_t port = 0;
};

inline Bytes bytes_of(const Datagram& datagram) { return {datagram.data(), datagram.size()}; }

// A message with its padding.
inline Datagram message(const Header& header, const std::string& payload) {
  nlmsghdr fields{};
  fields.nlmsg_len = static_cast<uint32_t>(sizeof(fields) + payload.size());
  fields.nlmsg_type = header.type;
  fields.nlmsg_flags = header.flags;
  fields.nlmsg_seq = header.sequence;
  fields.nlmsg_pid = header.port;
  Datagram datagram(NLMSG_ALIGN(fields.nlmsg_len));
  std::memcpy(datagram.data(), &fields, sizeof(fields));
  std::memcpy(datagram.data() + sizeof(fields), payload.data(), payload.size());
  return datagram;
}

// NLMSG_DONE or NLMSG_ERROR, which carry an int.
inline Datagram message_with(const Header& header, int32_t number) {
  std::string payload(sizeof(number), '\0');
  std::memcpy(payload.data(), &number, sizeof(number));
  return message(header, payload);
}

inline Datagram operator+(Datagram all, const Datagram& more) {
  all.insert(all.end(), more.begin(), more.end());
  return all;
}

}  // namespace sockwatch::test
