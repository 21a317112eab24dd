// calls ROUNDS: what system calls cost that every program on a node makes. Prints the nanoseconds of CPU time
// per call of getppid(), connect() and accept(), the last two over loopback.

#define _GNU_SOURCE
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

// CPU time, which other load hardly affects.
static double now(void) {
  struct timespec time;
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return (double)time.tv_sec * 1e9 + (double)time.tv_nsec;
}

static int checked(int result, const char* what) {
  if (result < 0) {
    perror(what);
    exit(1);
  }
  return result;
}

// A reset at close leaves nothing in TIME_WAIT, which would use up the ports.
static void reset(int fd) {
  struct linger linger = {.l_onoff = 1, .l_linger = 0};
  checked(setsockopt(fd, SOL_SOCKET, SO_LINGER, &linger, sizeof(linger)), "SO_LINGER");
  close(fd);
}

enum { BATCH = 400, CALLS = 40000 };

int main(int argc, char** argv) {
  int rounds = argc == 2 ? atoi(argv[1]) : 0;
  if (rounds < 1) {
    fprintf(stderr, "usage: calls ROUNDS\n");
    return 2;
  }
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  socklen_t size = sizeof(address);
  int server = checked(socket(AF_INET, SOCK_STREAM, 0), "socket");
  checked(bind(server, (struct sockaddr*)&address, size), "bind");
  checked(listen(server, BATCH), "listen");
  checked(getsockname(server, (struct sockaddr*)&address, &size), "getsockname");

  double getppids = now();
  for (int at = 0; at < rounds * CALLS; at++) syscall(SYS_getppid);
  getppids = now() - getppids;

  double connects = 0, accepts = 0;
  for (int round = 0; round < rounds; round++) {
    int clients[BATCH], accepted[BATCH];
    for (int at = 0; at < BATCH; at++) clients[at] = checked(socket(AF_INET, SOCK_STREAM, 0), "socket");
    double start = now();
    for (int at = 0; at < BATCH; at++)
      checked(connect(clients[at], (struct sockaddr*)&address, size), "connect");
    double connected = now();
    for (int at = 0; at < BATCH; at++) accepted[at] = checked(accept(server, NULL, NULL), "accept");
    accepts += now() - connected;
    connects += connected - start;
    for (int at = 0; at < BATCH; at++) {
      reset(clients[at]);
      close(accepted[at]);
    }
  }
  printf("%f %f %f\n", getppids / rounds / CALLS, connects / rounds / BATCH, accepts / rounds / BATCH);
  return 0;
}
