#pragma once

// Properties of walking a dump and of appending to columns, for both kinds of sockets.

#include <linux/netlink.h>

#include <string_view>
#include <utility>
#include <vector>

#include "../../native/netlink_messages.h"
#include "fuzz_input.h"

namespace sockwatch::fuzz {

template <typename Columns>
using Append = bool (*)(Bytes payload, Columns& columns);

// The bytes of each column.
template <typename Columns>
std::vector<std::vector<uint8_t>> contents(Columns& columns) {
  std::vector<std::vector<uint8_t>> all;
  columns.each([&](const char*, const auto& column) {
    const auto* bytes = reinterpret_cast<const uint8_t*>(column.data());
    all.emplace_back(bytes, bytes + column.size() * sizeof(column[0]));
  });
  return all;
}

inline bool begins_with(const std::vector<uint8_t>& all, const std::vector<uint8_t>& start) {
  return all.size() >= start.size() && std::equal(start.begin(), start.end(), all.begin());
}

// One element per row, except `address` with 16 bytes and `names`.
template <typename Columns>
void require_equal_lengths(Columns& columns) {
  const size_t count = columns.count();
  columns.each([&](std::string_view name, const auto& column) {
    if (name == "names") return;
    require(column.size() == (name == "address" ? 16 * count : count), "all columns have equal length");
  });
}

template <typename Columns>
bool append_checked(Append<Columns> append, Bytes payload, Columns& columns,
                    void (*check_row)(Bytes payload, const Columns& columns)) {
  const ExactBytes exact(payload);
  const auto before = contents(columns);
  const size_t count = columns.count();
  const bool appended = append(exact.bytes(), columns);
  const auto after = contents(columns);
  require_equal_lengths(columns);
  if (!appended) {
    require(after == before, "a refused payload leaves the columns unchanged");
    return false;
  }
  require(columns.count() == count + 1, "a payload adds one row");
  for (size_t at = 0; at < before.size(); at++)
    require(begins_with(after[at], before[at]), "existing rows are unchanged");
  check_row(exact.bytes(), columns);
  return true;
}

// Walks the input as decode() in native/capture_worker.cc does.
template <typename Columns>
void walk_checked(Bytes input, Append<Columns> append, void (*check_row)(Bytes, const Columns&)) {
  const ExactBytes exact(input);
  const Bytes dump = exact.bytes();
  DumpIdentity identity;
  if (nlmsghdr first; read_value(dump, first)) identity = {first.nlmsg_seq, first.nlmsg_pid};
  Columns columns;
  size_t payloads = 0;
  bool refused = false;
  const uint8_t* expected_after = dump.data;
  const WalkResult result = walk_messages(dump, identity, [&](Bytes payload) {
    require(!refused, "the walk ends at the first refused payload");
    require(is_within(payload, dump), "a payload lies within its datagram");
    require(payload.data >= expected_after + NLMSG_HDRLEN, "messages come in order and do not overlap");
    expected_after = payload.data + payload.size;
    nlmsghdr header;
    std::memcpy(&header, payload.data - NLMSG_HDRLEN, sizeof(header));
    require(header.nlmsg_seq == identity.sequence && header.nlmsg_pid == identity.port,
            "messages of other dumps are skipped");
    require(header.nlmsg_type >= NLMSG_MIN_TYPE, "control messages carry no data");
    payloads++;
    refused = !append_checked(append, payload, columns, check_row);
    return !refused;
  });
  require(columns.count() == payloads - (refused ? 1 : 0), "every accepted payload adds a row");
  require(!(result.done && result.malformed), "a dump that has ended is not malformed");
  require(result.malformed || !refused, "a refused payload makes the dump malformed");
  require(result.error >= 0 && result.error <= 4095, "an error is an errno");
  require(result.error == 0 || result.done, "an error ends the dump");
}

}  // namespace sockwatch::fuzz
