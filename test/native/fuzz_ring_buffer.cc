// The consumer of a ring buffer. The input is a sequence of operations, three bytes each; the consumer must
// agree with a model that keeps the records in a list.

#include <algorithm>
#include <deque>

#include "../../native/ring_buffer.h"
#include "fake_ring.h"
#include "fuzz_input.h"

namespace sockwatch::fuzz {
namespace {

enum class State { kBusy, kCommitted, kDiscarded };

struct Record {
  uint64_t position;
  State state;
  std::string payload;
};

class Model {
 public:
  Model(test::FakeRing& ring, RingBuffer& reader) : ring_(ring), reader_(reader) {}

  void reserve(uint8_t seed, size_t size) {
    std::string payload(size, '\0');
    for (size_t at = 0; at < size; at++) payload[at] = static_cast<char>(seed + at * 31);
    uint64_t position = 0;
    if (ring_.reserve(payload, position)) records_.push_back({position, State::kBusy, std::move(payload)});
  }

  void finish(uint8_t index, State state) {
    if (records_.empty()) return;
    Record& record = records_[index % records_.size()];
    if (record.state != State::kBusy) return;
    record.state = state;
    if (state == State::kCommitted) ring_.commit(record.position);
    if (state == State::kDiscarded) ring_.discard(record.position);
  }

  void consume(size_t limit) {
    reader_.consume(limit, [&](Bytes bytes) {
      while (!records_.empty() && records_.front().state == State::kDiscarded) drop(limit);
      require(!records_.empty() && limit > 0, "only reserved records are passed on, up to the limit");
      const Record& record = records_.front();
      require(record.state == State::kCommitted, "busy records are not passed on");
      require(bytes.size == record.payload.size() &&
                  std::equal(bytes.data, bytes.data + bytes.size,
                             reinterpret_cast<const uint8_t*>(record.payload.data())),
              "a record is passed on unchanged");
      drop(limit);
    });
    while (limit > 0 && !records_.empty() && records_.front().state == State::kDiscarded) drop(limit);
    require(limit == 0 || records_.empty() || records_.front().state == State::kBusy,
            "all records up to the first busy one are read");
    const uint64_t end = records_.empty() ? ring_.producer() : records_.front().position;
    require(ring_.consumer() == end, "exactly the space of the records read is released");
  }

 private:
  void drop(size_t& limit) {
    records_.pop_front();
    limit--;
  }

  test::FakeRing& ring_;
  RingBuffer& reader_;
  std::deque<Record> records_;
};

}  // namespace
}  // namespace sockwatch::fuzz

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace sockwatch;
  constexpr size_t kSize = 4096;
  static test::FakeRing ring(kSize);
  static RingBuffer reader;
  static const bool mapped = !reader.map(ring.fd(), kSize);
  fuzz::require(mapped, "the ring is mapped");
  ring.reset(size > 0 ? uint64_t{data[0]} << 26 | uint64_t{data[0]} << 4 : 0);
  fuzz::Model model(ring, reader);
  for (size_t at = 1; at + 3 <= size; at += 3) {
    switch (data[at] % 4) {
      case 0:
        model.reserve(data[at + 1], data[at + 2] * (data[at] / 4U % 18));
        break;
      case 1:
        model.finish(data[at + 1], fuzz::State::kCommitted);
        break;
      case 2:
        model.finish(data[at + 1], fuzz::State::kDiscarded);
        break;
      default:
        model.consume(data[at + 2]);
    }
  }
  model.consume(SIZE_MAX);
  return 0;
}
