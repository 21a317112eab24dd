// The loop of a dump (native/netlink_socket.cc) against a kernel that misbehaves on purpose.

#include <linux/sock_diag.h>

#include "../../native/netlink_socket.h"
#include "check.h"
#include "fake_kernel.h"
#include "open_files.h"

namespace sockwatch::test {
namespace {

constexpr Header kOurs{kSocketMessage, NLM_F_MULTI, 1, FakeKernel::kPort};

Header control(uint16_t type) { return {type, NLM_F_MULTI, 1, FakeKernel::kPort}; }

Header interrupted(Header header) {
  header.flags |= NLM_F_DUMP_INTR;
  return header;
}

Datagram row(const std::string& payload) { return message(kOurs, payload); }
Datagram done(int32_t code = 0) { return message_with(control(NLMSG_DONE), code); }

Answer fault(int error) { return {{}, error, 0}; }

// A dump as its caller sees it.
struct Result {
  Failure failure;
  DumpReport report;
  std::vector<std::string> rows;
  int begun = 0;
  long leaked = 0;

  // In one line, so that one check tells all: rows, how it ended, attempts.
  std::string text() const {
    std::string all;
    for (const auto& one : rows) all += one + " ";
    if (report.interrupted) all += "interrupted ";
    all += failure ? failure->syscall + " " + std::to_string(failure->number) : "ok";
    return all + " in " + std::to_string(report.attempts);
  }
};

Result dump(FakeKernel& kernel) {
  FakeKernel::current = &kernel;
  Result result;
  const auto before = open_files();
  result.failure = dump_sock_diag(
      "", {'b', 'o', 'd', 'y'}, "table",
      [&] {
        result.begun++;
        result.rows.clear();
      },
      [&](Bytes payload) {
        result.rows.emplace_back(payload.data, payload.data + payload.size);
        return result.rows.back() != "bad!";
      },
      result.report);
  result.leaked = open_files() - before;
  return result;
}

Result dump(std::vector<Answer> answers) {
  FakeKernel kernel;
  kernel.attempts = {std::move(answers)};
  return dump(kernel);
}

std::string failed(const char* call, int error, int attempts = 1) {
  return std::string(call) + " " + std::to_string(error) + " in " + std::to_string(attempts);
}

void whole_dumps() {
  FakeKernel kernel;
  kernel.attempts = {{{row("one.") + row("two.")}, {row("three")}, {done()}}};
  const Result result = dump(kernel);
  check_equal(result.text(), "one. two. three ok in 1", "a dump of three datagrams is read to its end");
  check_equal(kernel.sockets, 1, "one socket is enough for it");
  check_equal(result.leaked, 0, "and it is closed");
  check_equal(kernel.timeout_seconds, 10, "a kernel that never answers does not hang the capture");
  check(kernel.most_asked >= 32 * 1024, "the buffer holds the largest datagram that the kernel fills");

  check_equal(dump({{row("one.") + done()}}).text(), "one. ok in 1",
              "the end may stand in the last datagram");
  check_equal(dump({{done()}}).text(), "ok in 1", "an empty table is no failure");
  check_equal(dump({{row("one.") + done() + row("late")}}).text(), "one. ok in 1",
              "what stands behind the end is not read");
  const std::string big(32 * 1024 - NLMSG_HDRLEN, 'x');
  check_equal(dump({{row(big)}, {done()}}).rows.at(0).size(), big.size(), "a full datagram is not cut");
}

void requests() {
  FakeKernel kernel;
  kernel.attempts = {{{done()}}};
  kernel.interrupted_sends = 2;
  dump(kernel);
  check_equal(kernel.requests.size(), 1U, "sendmsg() is called again after EINTR, and sends once");
  check_equal(kernel.request_to, 0U, "the request goes to the kernel");
  nlmsghdr header{};
  const Datagram& request = kernel.requests.at(0);
  std::memcpy(&header, request.data(), sizeof(header));
  check_equal(header.nlmsg_len, request.size(), "its length is what is sent");
  check_equal(header.nlmsg_type, SOCK_DIAG_BY_FAMILY,
              "its type is SOCK_DIAG_BY_FAMILY, which destroys nothing");
  check_equal(header.nlmsg_flags, NLM_F_REQUEST | NLM_F_DUMP, "it asks for a dump and for nothing else");
  check_equal(std::string(request.begin() + NLMSG_HDRLEN, request.end()), "body",
              "the body follows its header");
}

void interruptions() {
  FakeKernel signals;
  signals.attempts = {{fault(EINTR), {row("one.")}, fault(EINTR), fault(EINTR), {done()}}};
  check_equal(dump(signals).text(), "one. ok in 1", "recvmsg() is called again after EINTR");
  check_equal(signals.sockets, 1, "which does not begin the dump again");

  FakeKernel once;
  once.attempts = {{{message(interrupted(kOurs), "old.")}, {done()}}, {{row("new.")}, {done()}}};
  const Result again = dump(once);
  check_equal(again.text(), "new. ok in 2", "NLM_F_DUMP_INTR begins the dump again");
  check_equal(again.begun, 2, "and what the first attempt brought is forgotten");
  check_equal(once.sockets, 2, "on a socket of its own");
  check_equal(again.leaked, 0, "with both closed");

  FakeKernel at_end;
  at_end.attempts = {{{row("old.")}, {message_with(interrupted(control(NLMSG_DONE)), 0)}},
                     {{row("new.") + done()}}};
  check_equal(dump(at_end).text(), "new. ok in 2", "NLM_F_DUMP_INTR counts on the last message as well");

  FakeKernel always;
  for (int at = 0; at < 9; at++)
    always.attempts.push_back({{message(interrupted(kOurs), "one."), 0, 0}, {done()}});
  check_equal(dump(always).text(), "one. interrupted ok in 4",
              "a table that keeps changing is given after four attempts, and said to be interrupted");

  FakeKernel overrun;
  overrun.attempts = {{{row("old.")}, fault(ENOBUFS)}, {fault(ENOBUFS)}, {{row("new.") + done()}}};
  const Result restarted = dump(overrun);
  check_equal(restarted.text(), "new. ok in 3", "ENOBUFS begins the dump again");
  check_equal(restarted.leaked, 0, "with every socket closed");

  FakeKernel full;
  for (int at = 0; at < 9; at++) full.attempts.push_back({fault(ENOBUFS)});
  check_equal(dump(full).text(), failed("recvmsg", ENOBUFS, 4), "but not for ever");
}

void strangers() {
  Header other_dump = kOurs;
  other_dump.sequence = 7;
  Header other_socket = kOurs;
  other_socket.port = 7;
  const Datagram mixed = message(other_dump, "seq!") + row("one.") + message(other_socket, "port");
  check_equal(dump({{mixed}, {done()}}).text(), "one. ok in 1", "messages of another dump are passed over");
  const Datagram other_end = message_with({NLMSG_DONE, NLM_F_MULTI, 7, FakeKernel::kPort}, 0);
  check_equal(dump({{other_end + row("one.")}, {done()}}).text(), "one. ok in 1", "and so is its end");
  check_equal(dump({{row("lie!") + done(), 0, 99}, {row("one.") + done()}}).text(), "one. ok in 1",
              "a datagram that another process sent is not believed");
  check_equal(dump({{message(control(NLMSG_NOOP), "") + row("one.")}, {done()}}).text(), "one. ok in 1",
              "NLMSG_NOOP says nothing");
}

void failures() {
  check_equal(dump({{done(-ENOENT)}}).failure->number, ENOENT, "an errno inside NLMSG_DONE is a failure");
  const Datagram error = message_with(control(NLMSG_ERROR), -EACCES);
  check_equal(dump({{error}}).text(), failed("NLMSG_ERROR", EACCES), "NLMSG_ERROR is a failure");
  check_equal(dump({{row("one.")}, {done(-EIO)}}).failure->number, EIO, "also behind rows");
  check_equal(dump({fault(EAGAIN)}).text(), failed("recvmsg", ETIMEDOUT), "silence is a timeout");
  check_equal(dump({fault(EIO)}).text(), failed("recvmsg", EIO),
              "any other error of recvmsg() ends the dump");
  check_equal(dump({fault(EIO)}).failure->subject, "table", "an error names the table");

  const Result cut = dump({{row(std::string(70'000, 'x'))}, {done()}});
  check_equal(cut.text(), failed("recvmsg", EMSGSIZE),
              "a datagram that was cut is an error, not a shorter table");

  for (const char* call : {"socket", "setsockopt", "bind", "getsockname", "sendmsg"}) {
    FakeKernel kernel;
    kernel.failing_call = call;
    kernel.failing_errno = EMFILE;
    const Result result = dump(kernel);
    check_equal(result.text(), failed(call, EMFILE), std::string("a failing ") + call + "() is told");
    check_equal(result.leaked, 0, std::string("and a failing ") + call + "() leaks no descriptor");
  }
}

// What can only be a broken answer ends the dump with one errno, whatever was read before.
void malformed_answers() {
  const auto check_malformed = [](const Datagram& datagram, const std::string& name) {
    const Result result = dump({{datagram}, {done()}});
    check_equal(result.failure ? result.failure->number : 0, EPROTO, name);
  };
  const Datagram whole = row("one.");
  check_malformed(whole + Datagram{1, 2, 3}, "bytes left over are an error");
  check_malformed(whole + Datagram(15), "so is half a header");
  Datagram short_header = whole;
  short_header[0] = 15;
  check_malformed(short_header, "a message shorter than its header is an error");
  Datagram empty_header = whole;
  empty_header[0] = 0;
  check_malformed(empty_header, "a message of no length is an error, not an endless loop");
  Datagram long_header = whole;
  long_header[0]++;
  check_malformed(long_header, "a message longer than its datagram is an error");
  check_malformed(row("bad!"), "a payload that is refused is an error");
  check_malformed(row("one.") + message(control(NLMSG_OVERRUN), ""),
                  "NLMSG_OVERRUN is an error: data was lost");
  check_malformed(message(control(NLMSG_ERROR), ""), "NLMSG_ERROR without an errno is not an empty table");
  check_malformed(message_with(control(NLMSG_ERROR), 0), "neither is an acknowledgement nobody asked for");
  check_malformed(message_with(control(NLMSG_ERROR), -5000), "nor NLMSG_ERROR with what is no errno");
  check_malformed(message(control(NLMSG_DONE), "xy"), "nor NLMSG_DONE that was cut");
}

}  // namespace
}  // namespace sockwatch::test

int main() {
  using namespace sockwatch::test;
  whole_dumps();
  requests();
  interruptions();
  strangers();
  failures();
  malformed_answers();
}
