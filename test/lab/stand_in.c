// A stand-in for a node's service, started under the service's name, with the service's arguments. Opens the
// sockets in STAND_IN, prints `ready` with their ports, and runs until end of standard input or until its
// parent exits.
//
//   STAND_IN="[--comm HEX] [--fork | --leave-main-thread | --in-flight] SOCKET..." stand_in [ARGUMENT...]
//
//   SOCKET   tcp|udp,ADDRESS,PORT[,v6only][,reuseport][,bound][,device=NAME][,answers=BEHAVIOUR]
//            stream|seqpacket|dgram,path|abstract,HEX
//
// Connections to a socket that `answers` are passed on to the unix socket beside the program, after a line
// with the behaviour that is wanted. The others are never accepted. PORT 0 lets the kernel choose; `=` is the
// port of the previous socket. `bound` binds without listening. Names are in hexadecimal because they may
// contain any bytes.
#include <arpa/inet.h>
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "stand_in.h"

enum { kMaxSockets = 64, kBacklog = 4096, kBindTries = 50, kBindPauseMicroseconds = 10000 };

enum holding { kPlain, kFork, kLeaveMainThread, kInFlight };

static int sockets[kMaxSockets];
static int socket_count;
static char ready_line[kMaxSockets * 8] = "ready";

void fail(const char* format, ...) {
  const int error = errno;
  va_list arguments;
  va_start(arguments, format);
  fprintf(stderr, "stand_in: ");
  vfprintf(stderr, format, arguments);
  fprintf(stderr, ": %s\n", strerror(error));
  va_end(arguments);
  exit(1);
}

void refuse(const char* what, const char* argument) {
  errno = EINVAL;
  fail("%s %s", what, argument);
}

static size_t decode_hex(const char* hex, char* out, size_t capacity) {
  size_t length = 0;
  for (; hex[0] != '\0' && hex[1] != '\0' && length < capacity; hex += 2, length++) {
    unsigned byte;
    if (sscanf(hex, "%2x", &byte) != 1) refuse("not hex:", hex);
    out[length] = (char)byte;
  }
  if (hex[0] != '\0') refuse("too long or an odd number of digits:", hex);
  return length;
}

static void set_option(int fd, int level, int name, int value, const char* spec) {
  if (setsockopt(fd, level, name, &value, sizeof value) != 0) fail("setsockopt for %s", spec);
}

static void keep(int fd, const char* spec, bool listens) {
  if (listens && listen(fd, kBacklog) != 0) fail("listen on %s", spec);
  sockets[socket_count++] = fd;
}

static int port_of(int fd) {
  struct sockaddr_storage bound;
  socklen_t length = sizeof bound;
  if (getsockname(fd, (struct sockaddr*)&bound, &length) != 0) fail("getsockname");
  return ntohs(bound.ss_family == AF_INET6 ? ((struct sockaddr_in6*)&bound)->sin6_port
                                           : ((struct sockaddr_in*)&bound)->sin_port);
}

/** `rest` is what follows the type; it is modified. */
static void open_inet(const char* spec, char* rest, int type) {
  static int previous_port;
  char* address = strsep(&rest, ",");
  char* port_text = strsep(&rest, ",");
  if (port_text == NULL) refuse("an address and a port are needed in", spec);
  const int port = strcmp(port_text, "=") == 0 ? previous_port : atoi(port_text);

  const bool v6 = strchr(address, ':') != NULL;
  struct sockaddr_in in4 = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
  struct sockaddr_in6 in6 = {.sin6_family = AF_INET6, .sin6_port = htons((uint16_t)port)};
  if (inet_pton(v6 ? AF_INET6 : AF_INET, address, v6 ? (void*)&in6.sin6_addr : (void*)&in4.sin_addr) != 1) {
    refuse("not an address:", address);
  }

  const int fd = socket(v6 ? AF_INET6 : AF_INET, type | SOCK_CLOEXEC, 0);
  if (fd < 0) fail("socket for %s", spec);
  bool v6only = false, listens = type == SOCK_STREAM;
  const char* behaviour = NULL;
  for (char* option; (option = strsep(&rest, ",")) != NULL;) {
    if (strcmp(option, "v6only") == 0) {
      v6only = true;
    } else if (strcmp(option, "reuseport") == 0) {
      set_option(fd, SOL_SOCKET, SO_REUSEPORT, 1, spec);
    } else if (strcmp(option, "bound") == 0) {
      listens = false;
    } else if (strncmp(option, "answers=", 8) == 0) {
      behaviour = option + 8;
    } else if (strncmp(option, "device=", 7) == 0) {
      if (setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, option + 7, (socklen_t)strlen(option + 7)) != 0) {
        fail("SO_BINDTODEVICE for %s", spec);
      }
    } else {
      refuse("unknown option", option);
    }
  }
  // Like Go's net package, do not depend on the system default (net.ipv6.bindv6only).
  if (v6) set_option(fd, IPPROTO_IPV6, IPV6_V6ONLY, v6only, spec);
  if (type == SOCK_STREAM) set_option(fd, SOL_SOCKET, SO_REUSEADDR, 1, spec);
  // The sockets of a stand-in that was killed may close a little later: its child's, or those in flight.
  for (int tries = 1;
       bind(fd, v6 ? (struct sockaddr*)&in6 : (struct sockaddr*)&in4, v6 ? sizeof in6 : sizeof in4) != 0;
       tries++) {
    if (errno != EADDRINUSE || tries == kBindTries) fail("bind %s", spec);
    usleep(kBindPauseMicroseconds);
  }
  keep(fd, spec, listens);
  if (behaviour != NULL) answer_on(fd, behaviour);
  previous_port = port_of(fd);
  snprintf(ready_line + strlen(ready_line), 8, " %d", previous_port);
}

static void open_unix(const char* spec, char* rest, int type) {
  const char* where = strsep(&rest, ",");
  if (rest == NULL) refuse("a kind of name and a name are needed in", spec);
  const size_t lead = strcmp(where, "abstract") == 0 ? 1 : 0;
  struct sockaddr_un name = {.sun_family = AF_UNIX};
  const size_t length = decode_hex(rest, name.sun_path + lead, sizeof name.sun_path - 1 - lead);

  const int fd = socket(AF_UNIX, type | SOCK_CLOEXEC, 0);
  if (fd < 0) fail("socket for %s", spec);
  const size_t trail = 1 - lead;
  const socklen_t size = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + lead + length + trail);
  if (bind(fd, (struct sockaddr*)&name, size) != 0) fail("bind %s", spec);
  keep(fd, spec, type != SOCK_DGRAM);
}

static void open_socket(char* spec) {
  char copy[1024];
  if (socket_count == kMaxSockets || strlen(spec) >= sizeof copy) refuse("too many or too long:", spec);
  strcpy(copy, spec);
  char* rest = copy;
  const char* type = strsep(&rest, ",");
  if (rest == NULL) {
    refuse("not a socket:", spec);
  } else if (strcmp(type, "tcp") == 0) {
    open_inet(spec, rest, SOCK_STREAM);
  } else if (strcmp(type, "udp") == 0) {
    open_inet(spec, rest, SOCK_DGRAM);
  } else if (strcmp(type, "stream") == 0) {
    open_unix(spec, rest, SOCK_STREAM);
  } else if (strcmp(type, "seqpacket") == 0) {
    open_unix(spec, rest, SOCK_SEQPACKET);
  } else if (strcmp(type, "dgram") == 0) {
    open_unix(spec, rest, SOCK_DGRAM);
  } else {
    refuse("unknown type of socket:", spec);
  }
}

/** fork(2) and clone(2) clear the setting, so each task makes it. */
static void die_with_parent(void) {
  if (prctl(PR_SET_PDEATHSIG, SIGKILL) != 0) fail("PR_SET_PDEATHSIG");
}

/** Keeps the sockets only in the queue of a socket pair: alive, but in no descriptor table. */
static void put_in_flight(void) {
  int pair[2];
  if (socketpair(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0, pair) != 0) fail("socketpair");
  const size_t size = sizeof(int) * (size_t)socket_count;
  union {
    struct cmsghdr header;
    char space[CMSG_SPACE(sizeof sockets)];
  } control = {0};
  char byte = 0;
  struct iovec data = {.iov_base = &byte, .iov_len = 1};
  struct msghdr message = {
      .msg_iov = &data, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = CMSG_SPACE(size)};
  control.header =
      (struct cmsghdr){.cmsg_len = CMSG_LEN(size), .cmsg_level = SOL_SOCKET, .cmsg_type = SCM_RIGHTS};
  memcpy(CMSG_DATA(&control.header), sockets, size);
  if (sendmsg(pair[0], &message, 0) < 0) fail("sendmsg with SCM_RIGHTS");
  for (int i = 0; i < socket_count; i++) close(sockets[i]);
}

static void share_with_child(void) {
  int child_is_set_up[2];
  if (pipe(child_is_set_up) != 0) fail("pipe");
  const pid_t parent = getpid();
  const pid_t child = fork();
  if (child < 0) fail("fork");
  if (child == 0) {
    die_with_parent();
    if (getppid() != parent) _exit(1);
    close(child_is_set_up[0]);
    close(child_is_set_up[1]);
    for (;;) pause();
  }
  close(child_is_set_up[1]);
  char byte;
  if (read(child_is_set_up[0], &byte, 1) != 0) fail("waiting for the child");
  close(child_is_set_up[0]);
}

/** /proc/PID/fd is that of the main thread, and empty once it has exited. */
static void wait_until_main_thread_is_gone(void) {
  char state = 0;
  while (state != 'Z') {
    FILE* stat = fopen("/proc/self/stat", "re");
    if (stat == NULL) fail("/proc/self/stat");
    char line[512];
    const char* comm_end = fgets(line, sizeof line, stat) == NULL ? NULL : strrchr(line, ')');
    if (comm_end != NULL) state = comm_end[2];
    fclose(stat);
    usleep(1000);
  }
}

__attribute__((noreturn)) static void say_ready_and_wait(void) {
  puts(ready_line);
  fflush(stdout);
  char byte;
  ssize_t got;
  do {
    got = read(STDIN_FILENO, &byte, 1);
  } while (got > 0 || (got < 0 && errno == EINTR));
  _exit(0);
}

static void* outlive_main_thread(void* unused) {
  (void)unused;
  die_with_parent();
  wait_until_main_thread_is_gone();
  say_ready_and_wait();
}

int main(void) {
  die_with_parent();
  const char* given = getenv("STAND_IN");
  char* rest = given == NULL || given[0] == '\0' ? NULL : strdup(given);
  enum holding holding = kPlain;
  for (char* word; (word = strsep(&rest, " ")) != NULL;) {
    if (strcmp(word, "--comm") == 0 && rest != NULL) {
      char comm[16] = {0};
      decode_hex(strsep(&rest, " "), comm, sizeof comm - 1);
      if (prctl(PR_SET_NAME, comm) != 0) fail("PR_SET_NAME");
    } else if (strcmp(word, "--fork") == 0) {
      holding = kFork;
    } else if (strcmp(word, "--leave-main-thread") == 0) {
      holding = kLeaveMainThread;
    } else if (strcmp(word, "--in-flight") == 0) {
      holding = kInFlight;
    } else {
      open_socket(word);
    }
  }

  if (holding == kInFlight) put_in_flight();
  if (holding == kFork) share_with_child();
  if (holding == kLeaveMainThread) {
    pthread_t thread;
    errno = pthread_create(&thread, NULL, outlive_main_thread, NULL);
    if (errno != 0) fail("pthread_create");
    pthread_exit(NULL);
  }
  say_ready_and_wait();
}
