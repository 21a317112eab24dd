// load PROCESSES SOCKETS LISTENERS FILES: creates a network namespace with that many processes, which
// together have that many sockets, of which LISTENERS listen, and that many other open files. Prints `ready
// PID`, where PID is a process in the namespace, and runs until end of standard input or until its parent
// exits.

#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

static void die(const char* what) {
  perror(what);
  exit(1);
}

static int checked(int result, const char* what) {
  if (result < 0) die(what);
  return result;
}

static void bring_up_loopback(void) {
  struct ifreq request = {.ifr_name = "lo"};
  int fd = checked(socket(AF_INET, SOCK_DGRAM, 0), "socket");
  checked(ioctl(fd, SIOCGIFFLAGS, &request), "SIOCGIFFLAGS");
  request.ifr_flags |= IFF_UP;
  checked(ioctl(fd, SIOCSIFFLAGS, &request), "SIOCSIFFLAGS");
  close(fd);
}

// More than there are by default, and none of a row of the page.
static void widen_port_range(void) {
  static const char range[] = "20000 65535";
  int fd = checked(open("/proc/sys/net/ipv4/ip_local_port_range", O_WRONLY), "ip_local_port_range");
  checked(write(fd, range, sizeof(range) - 1), "ip_local_port_range");
  close(fd);
}

// Each process has an address of its own: one has not enough ports for 20,000 of them.
static unsigned int number;

static struct sockaddr_in loopback(void) {
  struct sockaddr_in address = {.sin_family = AF_INET};
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK + number);
  return address;
}

// Every other listener is dual-stack, of the first ones of a process: it takes its port from all addresses.
static int listener(int index) {
  struct sockaddr_in v4 = loopback();
  struct sockaddr_in6 v6 = {.sin6_family = AF_INET6};
  int is_v6 = index % 2 && index < 200;
  int fd = checked(socket(is_v6 ? AF_INET6 : AF_INET, SOCK_STREAM, 0), "socket");
  if (is_v6)
    checked(bind(fd, (struct sockaddr*)&v6, sizeof(v6)), "bind");
  else
    checked(bind(fd, (struct sockaddr*)&v4, sizeof(v4)), "bind");
  checked(listen(fd, 512), "listen");
  return fd;
}

static void tcp_pair(int server) {
  struct sockaddr_in address;
  socklen_t size = sizeof(address);
  checked(getsockname(server, (struct sockaddr*)&address, &size), "getsockname");
  int fd = checked(socket(AF_INET, SOCK_STREAM, 0), "socket");
  checked(connect(fd, (struct sockaddr*)&address, size), "connect");
  checked(accept(server, NULL, NULL), "accept");
}

static struct sockaddr_in bound_udp;

static int udp_listener(void) {
  socklen_t size = sizeof(bound_udp);
  int fd = checked(socket(AF_INET, SOCK_DGRAM, 0), "socket");
  bound_udp = loopback();
  checked(bind(fd, (struct sockaddr*)&bound_udp, size), "bind");
  checked(getsockname(fd, (struct sockaddr*)&bound_udp, &size), "getsockname");
  return fd;
}

static void udp_client(void) {
  int fd = checked(socket(AF_INET, SOCK_DGRAM, 0), "socket");
  checked(connect(fd, (struct sockaddr*)&bound_udp, sizeof(bound_udp)), "connect");
}

// Without a name, the kernel assigns an abstract one.
static void unix_listener(void) {
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  int fd = checked(socket(AF_UNIX, SOCK_STREAM, 0), "socket");
  checked(bind(fd, (struct sockaddr*)&address, sizeof(sa_family_t)), "bind");
  checked(listen(fd, 16), "listen");
}

static void unix_pair(void) {
  int pair[2];
  checked(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), "socketpair");
}

// Of five listeners, two are TCP, two UDP and one is unix. Of the other sockets, a tenth are UDP, a tenth
// unix, and the rest TCP connections. They are connected to the first TCP and UDP listeners, which are closed
// again if the process is to have none.
static void open_sockets(int sockets, int listeners) {
  int server = listener(0), rest = sockets - listeners;
  int udp = udp_listener();
  for (int at = 2; at < listeners; at++) {
    if (at % 5 == 4)
      unix_listener();
    else if (at % 5 % 2)
      udp_listener();
    else
      listener(at);
  }
  for (int at = 0; at < rest / 10; at++) udp_client();
  for (int at = 0; at < rest / 10; at += 2) unix_pair();
  for (int at = 0; at < rest - rest / 10 * 2; at += 2) tcp_pair(server);
  if (listeners == 0) checked(close(server) | close(udp), "close");
}

static void open_files(int files) {
  for (int at = 0; at < files; at++) checked(open("/dev/null", O_RDONLY), "/dev/null");
}

// Keep a higher hard limit: raising it later takes CAP_SYS_RESOURCE.
static void raise_limit(int descriptors) {
  struct rlimit limit = {.rlim_cur = descriptors + 64, .rlim_max = descriptors + 64}, now;
  checked(getrlimit(RLIMIT_NOFILE, &now), "getrlimit");
  if (now.rlim_max > limit.rlim_max) limit.rlim_max = now.rlim_max;
  checked(setrlimit(RLIMIT_NOFILE, &limit), "setrlimit");
}

static int share(int all, int processes, int at) { return all / processes + (at < all % processes); }

static void die_with(pid_t parent) {
  checked(prctl(PR_SET_PDEATHSIG, SIGKILL), "prctl");
  if (getppid() != parent) exit(1);
}

int main(int argc, char** argv) {
  int processes = argc == 5 ? atoi(argv[1]) : 0, sockets = argc == 5 ? atoi(argv[2]) : 0;
  int listeners = argc == 5 ? atoi(argv[3]) : 0, files = argc == 5 ? atoi(argv[4]) : 0;
  // A process with listeners has at least two.
  int servers = listeners / 2 < processes ? listeners / 2 : processes;
  if (servers < 1 || sockets < listeners || files < 0) {
    fprintf(stderr, "usage: load PROCESSES SOCKETS LISTENERS FILES\n");
    return 2;
  }
  die_with(getppid());
  checked(unshare(CLONE_NEWNET), "unshare");
  bring_up_loopback();
  widen_port_range();
  raise_limit((sockets + files) / processes + 2);
  int ready[2];
  checked(pipe(ready), "pipe");
  pid_t self = getpid();
  for (int at = 0; at < processes; at++) {
    pid_t child = checked(fork(), "fork");
    if (child > 0) continue;
    die_with(self);
    close(STDIN_FILENO);
    number = (unsigned int)at;
    open_sockets(share(sockets, processes, at), at < servers ? share(listeners, servers, at) : 0);
    open_files(share(files, processes, at));
    checked(write(ready[1], "y", 1), "write");
    close(ready[1]);
    for (;;) pause();
  }
  close(ready[1]);
  char byte;
  for (int at = 0; at < processes; at++) {
    if (read(ready[0], &byte, 1) != 1) {
      fprintf(stderr, "load: a process could not open its sockets\n");
      return 1;
    }
  }
  printf("ready %d\n", self);
  fflush(stdout);
  while (read(STDIN_FILENO, &byte, 1) > 0) {
  }
  return 0;
}
