// The consumer of a BPF ring buffer (native/ring_buffer.cc) against a producer in the same process.

#include "../../native/ring_buffer.h"

#include <new>
#include <vector>

#include "check.h"
#include "fake_ring.h"

namespace sockwatch::test {
namespace {

constexpr size_t kSize = 4096;
constexpr size_t kNoLimit = SIZE_MAX;

std::string text_of(Bytes record) { return {record.data, record.data + record.size}; }

// Both sides of a ring buffer.
struct Ring {
  explicit Ring(uint64_t start = 0) : kernel(kSize, start) {
    check(!reader.map(kernel.fd(), kSize), "the buffer is mapped");
  }

  uint64_t reserve(const std::string& payload) {
    uint64_t record = 0;
    check(kernel.reserve(payload, record), "a record fits");
    return record;
  }
  void add(const std::string& payload) { kernel.commit(reserve(payload)); }

  // The payloads of one call, each followed by a space.
  std::string consume(size_t limit = kNoLimit) {
    std::string all;
    reader.consume(limit, [&](Bytes record) { all += text_of(record) + " "; });
    return all;
  }
  bool is_empty() const { return kernel.consumer() == kernel.producer(); }

  FakeRing kernel;
  RingBuffer reader;
};

void order() {
  Ring ring;
  check_equal(ring.consume(), "", "an empty buffer has no records");
  ring.add("one");
  ring.add("four");
  ring.add("eightish");
  check_equal(ring.consume(), "one four eightish ", "records are passed on in order");
  check(ring.is_empty(), "their space is released");
  check_equal(ring.consume(), "", "each record is passed on once");
  ring.add("");
  check_equal(ring.consume(), " ", "a record may be empty");
}

void wrap() {
  // The header occupies the last eight bytes of the data area.
  Ring header(kSize - BPF_RINGBUF_HDR_SZ);
  header.add("behind the end");
  check_equal(header.consume(), "behind the end ", "a record may wrap after its header");
  Ring payload(kSize - 16);
  payload.add("eight, and the rest");
  check_equal(payload.consume(), "eight, and the rest ", "a payload may wrap");

  Ring full(24);
  full.add(std::string(kSize - BPF_RINGBUF_HDR_SZ, 'x'));
  uint64_t record = 0;
  check(!full.kernel.reserve("", record), "a record may fill the buffer");
  check_equal(full.consume().size(), kSize - BPF_RINGBUF_HDR_SZ + 1, "and is passed on completely");
  check(full.kernel.reserve("", record), "which makes room for others");

  // Positions only grow, and exceed 32 bits.
  Ring far((uint64_t{1} << 32) - 16);
  std::string expected;
  std::string seen;
  for (int number = 0; number < 2000; number++) {
    const std::string text = std::to_string(number) + std::string(static_cast<size_t>(number % 97), '.');
    uint64_t next = 0;
    if (!far.kernel.reserve(text, next)) {
      seen += far.consume();
      far.kernel.reserve(text, next);
    }
    far.kernel.commit(next);
    expected += text + " ";
  }
  seen += far.consume();
  check(seen == expected, "many rounds pass on all records unchanged");
  check(far.kernel.consumer() > (uint64_t{1} << 32) + 4 * kSize, "the positions have exceeded 32 bits");
}

void busy() {
  Ring ring;
  ring.add("one");
  const uint64_t second = ring.reserve("two");
  ring.add("three");
  check_equal(ring.consume(), "one ", "a busy record holds back the records after it");
  check_equal(ring.kernel.consumer(), second, "and keeps its space");
  check_equal(ring.consume(), "", "on every call");
  ring.kernel.commit(second);
  check_equal(ring.consume(), "two three ", "until it is committed");
}

void discarded() {
  Ring ring;
  ring.kernel.discard(ring.reserve("one"));
  ring.add("two");
  ring.kernel.discard(ring.reserve("three"));
  check_equal(ring.consume(), "two ", "discarded records are skipped");
  check(ring.is_empty(), "their space is released");

  const uint64_t first = ring.reserve("four");
  ring.kernel.discard(ring.reserve("five"));
  check_equal(ring.consume(), "", "a discarded record after a busy one waits");
  ring.kernel.discard(first);
  check_equal(ring.consume(), "", "and is skipped with it");
  check(ring.is_empty(), "which leaves the buffer empty");
}

void limit() {
  Ring ring;
  for (const char* text : {"one", "two", "three"}) ring.add(text);
  check_equal(ring.consume(0), "", "a limit of zero passes on nothing");
  check_equal(ring.consume(2), "one two ", "a call stops at the limit");
  check_equal(ring.consume(2), "three ", "and the next call continues from there");

  for (int at = 0; at < 3; at++) ring.kernel.discard(ring.reserve("discarded"));
  ring.add("four");
  check_equal(ring.consume(3), "", "discarded records count towards the limit");
  check_equal(ring.consume(3), "four ", "and are not read again");

  ring.add("x");
  size_t seen = 0;
  ring.reader.consume(1000, [&](Bytes) {
    seen++;
    ring.kernel.commit([&] {
      uint64_t record = 0;
      ring.kernel.reserve("x", record);
      return record;
    }());
  });
  check_equal(seen, 1000U, "a call ends even if the producer never stops");
}

void exceptions() {
  Ring ring;
  for (const char* text : {"one", "two", "three"}) ring.add(text);
  std::string seen;
  try {
    ring.reader.consume(kNoLimit, [&](Bytes record) {
      if (text_of(record) == "two") throw std::bad_alloc();
      seen += text_of(record);
    });
    check(false, "an exception reaches the caller");
  } catch (const std::bad_alloc&) {
    check_equal(seen, "one", "an exception reaches the caller");
  }
  check_equal(ring.consume(), "two three ", "the record that caused it stays in the buffer");
}

void mapping() {
  RingBuffer reader;
  const auto failure = reader.map(-1, kSize);
  check(failure && failure->syscall == "mmap" && failure->number == EBADF, "a failing mmap() is an error");
  const FakeRing kernel(kSize);
  const auto too_large = reader.map(kernel.fd(), size_t{1} << 60);
  check(too_large && too_large->number == ENOMEM, "also if only the second one fails");
  reader.unmap();
  reader.unmap();
  check(!reader.map(kernel.fd(), kSize), "a buffer can be mapped again");
}

}  // namespace
}  // namespace sockwatch::test

int main() {
  using namespace sockwatch::test;
  order();
  wrap();
  busy();
  discarded();
  limit();
  exceptions();
  mapping();
}
