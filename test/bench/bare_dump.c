// bare_dump TIMES: the minimum cost of a dump of TCP listeners. Sends the same requests as
// native/netlink_socket.cc, one socket for each family, but only counts the sockets and sums up their ports.
// Prints `MEDIAN_MS SOCKETS`.

#define _GNU_SOURCE
#include <arpa/inet.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

static char buffer[64 * 1024];
static volatile unsigned ports;  // keeps the compiler from removing the reads

static void die(const char* what) {
  perror(what);
  exit(1);
}

// Returns whether the dump has ended.
static int count(const char* datagram, ssize_t size, long* sockets) {
  const struct nlmsghdr* header = (const struct nlmsghdr*)datagram;
  for (int left = (int)size; NLMSG_OK(header, (unsigned)left); header = NLMSG_NEXT(header, left)) {
    if (header->nlmsg_type == NLMSG_DONE) return 1;
    if (header->nlmsg_type == NLMSG_ERROR) die("NLMSG_ERROR");
    ports += ntohs(((const struct inet_diag_msg*)NLMSG_DATA(header))->id.idiag_sport);
    ++*sockets;
  }
  return 0;
}

static long dump(int family) {
  struct {
    struct nlmsghdr header;
    struct inet_diag_req_v2 body;
  } request = {
      .header = {sizeof(request), SOCK_DIAG_BY_FAMILY, NLM_F_REQUEST | NLM_F_DUMP, 1, 0},
      .body = {.sdiag_family = family,
               .sdiag_protocol = IPPROTO_TCP,
               .idiag_ext = 1 << (INET_DIAG_SKMEMINFO - 1),
               .idiag_states = 1 << 10 /* TCP_LISTEN */},
  };
  struct sockaddr_nl kernel = {.nl_family = AF_NETLINK};
  int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_SOCK_DIAG);
  if (fd < 0) die("socket");
  if (sendto(fd, &request, sizeof(request), 0, (struct sockaddr*)&kernel, sizeof(kernel)) < 0) die("sendto");
  long sockets = 0;
  for (;;) {
    ssize_t size = recv(fd, buffer, sizeof(buffer), 0);
    if (size < 0) die("recv");
    if (count(buffer, size, &sockets)) break;
  }
  close(fd);
  return sockets;
}

static int ascending(const void* a, const void* b) {
  double x = *(const double*)a, y = *(const double*)b;
  return (x > y) - (x < y);
}

int main(int argc, char** argv) {
  int times = argc == 2 ? atoi(argv[1]) : 0;
  if (times < 1) {
    fprintf(stderr, "usage: bare_dump TIMES\n");
    return 2;
  }
  double* took = calloc(times, sizeof(*took));
  if (!took) die("calloc");
  long sockets = 0;
  for (int at = 0; at < times; at++) {
    struct timespec start, end;
    clock_gettime(CLOCK_MONOTONIC, &start);
    sockets = dump(AF_INET) + dump(AF_INET6);
    clock_gettime(CLOCK_MONOTONIC, &end);
    took[at] = (end.tv_sec - start.tv_sec) * 1e3 + (end.tv_nsec - start.tv_nsec) / 1e6;
  }
  qsort(took, times, sizeof(*took), ascending);
  printf("%f %ld\n", took[times / 2], sockets);
  free(took);
  return 0;
}
