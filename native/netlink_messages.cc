#include "netlink_messages.h"

#include <linux/netlink.h>

#include <algorithm>

namespace sockwatch {
namespace {

// NLMSG_DONE carries an int: 0, or the negative errno that ended the dump (netlink_dump() in
// net/netlink/af_netlink.c). NLMSG_ERROR begins with the same int (struct nlmsgerr), where 0 is an
// acknowledgement, which does not end a dump. Returns false for anything else: it must not be taken for the
// end of an empty table.
bool read_ending(uint16_t type, Bytes payload, int& error) {
  constexpr int32_t kMaxErrno = 4095;  // include/linux/err.h
  int32_t code = 0;
  if (!read_value(payload, code) || code < -kMaxErrno || code > 0) return false;
  if (type == NLMSG_ERROR && code == 0) return false;
  error = -code;
  return true;
}

}  // namespace

WalkResult walk_messages(Bytes datagram, DumpIdentity identity, const std::function<bool(Bytes)>& each) {
  WalkResult result;
  while (datagram.size > 0) {
    nlmsghdr header;
    if (!read_value(datagram, header) || header.nlmsg_len < sizeof(header) ||
        header.nlmsg_len > datagram.size) {
      result.malformed = true;
      return result;
    }
    const Bytes payload{datagram.data + NLMSG_HDRLEN, header.nlmsg_len - sizeof(header)};
    if (header.nlmsg_seq == identity.sequence && header.nlmsg_pid == identity.port) {
      if (header.nlmsg_flags & NLM_F_DUMP_INTR) result.interrupted = true;
      if (header.nlmsg_type == NLMSG_DONE || header.nlmsg_type == NLMSG_ERROR) {
        result.done = read_ending(header.nlmsg_type, payload, result.error);
        result.malformed = !result.done;
        return result;
      }
      // NLMSG_OVERRUN means that data was lost. The other control messages carry none.
      if (header.nlmsg_type == NLMSG_OVERRUN || (header.nlmsg_type >= NLMSG_MIN_TYPE && !each(payload))) {
        result.malformed = true;
        return result;
      }
    }
    // The padding of the last message may be missing.
    const size_t step = std::min((size_t{header.nlmsg_len} + 3) & ~size_t{3}, datagram.size);
    datagram = {datagram.data + step, datagram.size - step};
  }
  return result;
}

bool walk_attributes(Bytes attributes, const std::function<void(uint16_t, Bytes)>& each) {
  while (attributes.size > 0) {
    nlattr header;
    if (!read_value(attributes, header) || header.nla_len < NLA_HDRLEN || header.nla_len > attributes.size)
      return false;
    each(header.nla_type & NLA_TYPE_MASK,
         {attributes.data + NLA_HDRLEN, size_t{header.nla_len} - NLA_HDRLEN});
    const size_t step = std::min<size_t>(NLA_ALIGN(header.nla_len), attributes.size);
    attributes = {attributes.data + step, attributes.size - step};
  }
  return true;
}

}  // namespace sockwatch
