// Prints how many nanoseconds getppid(), a system call that does next to nothing, takes: the least of CHUNKS
// means of 5,000 calls.
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#define CALLS 5000

static double now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (double)time.tv_sec * 1e9 + (double)time.tv_nsec;
}

int main(int argc, char** argv) {
  const long chunks = argc > 1 ? atol(argv[1]) : 0;
  if (chunks < 1) return 2;
  double least = 1e18;
  for (long chunk = 0; chunk < chunks; chunk++) {
    const double from = now();
    for (int call = 0; call < CALLS; call++) syscall(SYS_getppid);
    const double took = now() - from;
    if (took < least) least = took;
  }
  printf("%.3f\n", least / CALLS);
}
