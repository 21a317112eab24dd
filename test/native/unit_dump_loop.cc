// Dumps (native/netlink_socket.cc) from a fake kernel that misbehaves on request.

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

Answer failing(int error) { return {{}, error, 0}; }

// The outcome of a dump.
struct Result {
  Failure failure;
  DumpReport report;
  std::vector<std::string> rows;
  int attempts = 0;
  long leaked = 0;

  // Rows, outcome and number of attempts in one line.
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
  result.failure = dump_netlink(
      nullptr, {NETLINK_SOCK_DIAG, SOCK_DIAG_BY_FAMILY, {'b', 'o', 'd', 'y'}, "table"},
      [&] {
        result.attempts++;
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
  check_equal(result.text(), "one. two. three ok in 1", "a dump of three datagrams is read completely");
  check_equal(kernel.sockets, 1, "it uses one socket");
  check_equal(result.leaked, 0, "which is closed");
  check_equal(kernel.timeout_seconds, 10, "receiving has a timeout");
  check(kernel.max_buffer >= 32 * 1024, "the buffer holds the largest datagram of a dump");

  check_equal(dump({{row("one.") + done()}}).text(), "one. ok in 1",
              "NLMSG_DONE may follow rows in the same datagram");
  check_equal(dump({{done()}}).text(), "ok in 1", "an empty table is not a failure");
  check_equal(dump({{row("one.") + done() + row("late")}}).text(), "one. ok in 1",
              "messages after NLMSG_DONE are not read");
  const std::string big(32 * 1024 - NLMSG_HDRLEN, 'x');
  check_equal(dump({{row(big)}, {done()}}).rows.at(0).size(), big.size(),
              "a datagram of 32 KiB is not truncated");
}

void requests() {
  FakeKernel kernel;
  kernel.attempts = {{{done()}}};
  kernel.interrupted_sends = 2;
  dump(kernel);
  check_equal(kernel.requests.size(), 1U, "sendmsg() is retried after EINTR");
  check_equal(kernel.request_to, 0U, "the request is sent to the kernel");
  nlmsghdr header{};
  const Datagram& request = kernel.requests.at(0);
  std::memcpy(&header, request.data(), sizeof(header));
  check_equal(header.nlmsg_len, request.size(), "nlmsg_len is the length of the request");
  check_equal(header.nlmsg_type, SOCK_DIAG_BY_FAMILY, "the type is SOCK_DIAG_BY_FAMILY");
  check_equal(header.nlmsg_flags, NLM_F_REQUEST | NLM_F_DUMP, "the flags request a dump");
  check_equal(std::string(request.begin() + NLMSG_HDRLEN, request.end()), "body",
              "the body follows the header");
}

void interruptions() {
  FakeKernel signals;
  signals.attempts = {{failing(EINTR), {row("one.")}, failing(EINTR), failing(EINTR), {done()}}};
  check_equal(dump(signals).text(), "one. ok in 1", "recvmsg() is retried after EINTR");
  check_equal(signals.sockets, 1, "without restarting the dump");

  FakeKernel once;
  once.attempts = {{{message(interrupted(kOurs), "old.")}, {done()}}, {{row("new.")}, {done()}}};
  const Result again = dump(once);
  check_equal(again.text(), "new. ok in 2", "NLM_F_DUMP_INTR restarts the dump");
  check_equal(again.attempts, 2, "the rows of the first attempt are discarded");
  check_equal(once.sockets, 2, "with a new socket");
  check_equal(again.leaked, 0, "and both are closed");

  FakeKernel at_end;
  at_end.attempts = {{{row("old.")}, {message_with(interrupted(control(NLMSG_DONE)), 0)}},
                     {{row("new.") + done()}}};
  check_equal(dump(at_end).text(), "new. ok in 2",
              "NLM_F_DUMP_INTR on the last message restarts the dump as well");

  FakeKernel always;
  for (int at = 0; at < 9; at++)
    always.attempts.push_back({{message(interrupted(kOurs), "one."), 0, 0}, {done()}});
  check_equal(dump(always).text(), "one. interrupted ok in 4",
              "after four attempts the dump is returned as interrupted");

  FakeKernel overrun;
  overrun.attempts = {{{row("old.")}, failing(ENOBUFS)}, {failing(ENOBUFS)}, {{row("new.") + done()}}};
  const Result restarted = dump(overrun);
  check_equal(restarted.text(), "new. ok in 3", "ENOBUFS restarts the dump");
  check_equal(restarted.leaked, 0, "and all sockets are closed");

  FakeKernel full;
  for (int at = 0; at < 9; at++) full.attempts.push_back({failing(ENOBUFS)});
  check_equal(dump(full).text(), failed("recvmsg", ENOBUFS, 4), "four times at most");
}

void foreign_messages() {
  Header other_dump = kOurs;
  other_dump.sequence = 7;
  Header other_socket = kOurs;
  other_socket.port = 7;
  const Datagram mixed = message(other_dump, "seq!") + row("one.") + message(other_socket, "port");
  check_equal(dump({{mixed}, {done()}}).text(), "one. ok in 1", "messages of another dump are skipped");
  const Datagram other_end = message_with({NLMSG_DONE, NLM_F_MULTI, 7, FakeKernel::kPort}, 0);
  check_equal(dump({{other_end + row("one.")}, {done()}}).text(), "one. ok in 1",
              "NLMSG_DONE of another dump is skipped");
  check_equal(dump({{row("lie!") + done(), 0, 99}, {row("one.") + done()}}).text(), "one. ok in 1",
              "datagrams from other processes are ignored");
  check_equal(dump({{message(control(NLMSG_NOOP), "") + row("one.")}, {done()}}).text(), "one. ok in 1",
              "NLMSG_NOOP is skipped");
}

void failures() {
  check_equal(dump({{done(-ENOENT)}}).failure->number, ENOENT, "an errno inside NLMSG_DONE is a failure");
  const Datagram error = message_with(control(NLMSG_ERROR), -EACCES);
  check_equal(dump({{error}}).text(), failed("NLMSG_ERROR", EACCES), "NLMSG_ERROR is a failure");
  check_equal(dump({{row("one.")}, {done(-EIO)}}).failure->number, EIO, "also after rows");
  check_equal(dump({failing(EAGAIN)}).text(), failed("recvmsg", ETIMEDOUT), "EAGAIN is a timeout");
  check_equal(dump({failing(EIO)}).text(), failed("recvmsg", EIO), "other errors of recvmsg() end the dump");
  check_equal(dump({failing(EIO)}).failure->subject, "table", "an error names the table");

  const Result cut = dump({{row(std::string(70'000, 'x'))}, {done()}});
  check_equal(cut.text(), failed("recvmsg", EMSGSIZE), "a truncated datagram is an error");

  for (const char* call : {"socket", "setsockopt", "bind", "getsockname", "sendmsg"}) {
    FakeKernel kernel;
    kernel.failing_call = call;
    kernel.failing_errno = EMFILE;
    const Result result = dump(kernel);
    check_equal(result.text(), failed(call, EMFILE), std::string("a failing ") + call + "() is an error");
    check_equal(result.leaked, 0, std::string("a failing ") + call + "() leaks no descriptors");
  }
}

// Malformed messages end the dump with EPROTO.
void malformed_answers() {
  const auto check_malformed = [](const Datagram& datagram, const std::string& name) {
    const Result result = dump({{datagram}, {done()}});
    check_equal(result.failure ? result.failure->number : 0, EPROTO, name);
  };
  const Datagram whole = row("one.");
  check_malformed(whole + Datagram{1, 2, 3}, "trailing bytes are an error");
  check_malformed(whole + Datagram(15), "an incomplete header is an error");
  Datagram short_header = whole;
  short_header[0] = 15;
  check_malformed(short_header, "a message shorter than its header is an error");
  Datagram empty_header = whole;
  empty_header[0] = 0;
  check_malformed(empty_header, "a length of zero is an error");
  Datagram long_header = whole;
  long_header[0]++;
  check_malformed(long_header, "a message longer than its datagram is an error");
  check_malformed(row("bad!"), "a refused payload is an error");
  check_malformed(row("one.") + message(control(NLMSG_OVERRUN), ""), "NLMSG_OVERRUN is an error");
  check_malformed(message(control(NLMSG_ERROR), ""), "NLMSG_ERROR without a number is an error");
  check_malformed(message_with(control(NLMSG_ERROR), 0), "an acknowledgement is an error");
  check_malformed(message_with(control(NLMSG_ERROR), -5000), "NLMSG_ERROR with an invalid errno is an error");
  check_malformed(message(control(NLMSG_DONE), "xy"), "a truncated NLMSG_DONE is an error");
}

// Whether a dump is complete without waiting, and its rows.
std::string dumped_at_once(std::vector<Answer> answers, const char* failing_call = "") {
  FakeKernel kernel;
  FakeKernel::current = &kernel;
  kernel.attempts = {std::move(answers)};
  kernel.failing_call = failing_call;
  kernel.failing_errno = EMFILE;
  std::string rows;
  DumpReport report;
  const auto before = open_files();
  const bool is_whole = dump_at_once(
      {NETLINK_SOCK_DIAG, SOCK_DIAG_BY_FAMILY, {}, "table"}, [&] { rows.clear(); },
      [&](Bytes payload) {
        rows.append(payload.data, payload.data + payload.size);
        return rows != "bad!";
      },
      report);
  check_equal(open_files(), before, "its socket is closed");
  return is_whole ? rows + " in " + std::to_string(report.attempts) : "no";
}

void dumps_at_once() {
  const Answer one{row("one.")};
  check_equal(dumped_at_once({one, {row("two.")}, {done()}}), "one.two. in 1",
              "a small dump is read at once");
  check_equal(dumped_at_once({one, one, one, one, {done()}}), "no", "a larger one is not");
  check_equal(dumped_at_once({one, failing(EAGAIN)}), "no", "nor one that would have to be waited for");
  check_equal(dumped_at_once({{message(interrupted(kOurs), "one.")}, {done()}}), "no",
              "nor an interrupted one");
  check_equal(dumped_at_once({{row("bad!")}, {done()}}), "no", "nor a malformed one");
  check_equal(dumped_at_once({one, {done(-ENOENT)}}), "no", "nor one that ends with an error");
  for (const char* call : {"socket", "setsockopt", "bind", "getsockname", "sendmsg"})
    check_equal(dumped_at_once({one, {done()}}, call), "no",
                std::string("nor after a failing ") + call + "()");
}

}  // namespace
}  // namespace sockwatch::test

int main() {
  using namespace sockwatch::test;
  whole_dumps();
  requests();
  interruptions();
  foreign_messages();
  failures();
  malformed_answers();
  dumps_at_once();
}
