// bare_iterator TIMES: the minimum cost of the eBPF iterator over all descriptors: loads the program, and
// reads the records without using them. Prints `MEDIAN_MS RECORDS`.

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "../../native/bpf/owner_record.h"
#include "../../native/bpf/owners_loader.h"

static double now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (double)time.tv_sec * 1e3 + (double)time.tv_nsec / 1e6;
}

static int ascending(const void* a, const void* b) {
  const double difference = *(const double*)a - *(const double*)b;
  return (difference > 0) - (difference < 0);
}

int main(int argc, char** argv) {
  static char buffer[64 * 1024];
  const int times = argc > 1 ? atoi(argv[1]) : 1;
  double* took = calloc((size_t)times, sizeof(*took));
  struct stat pid_namespace;
  if (took == NULL || times < 1 || stat("/proc/self/ns/pid", &pid_namespace) != 0) return 1;
  size_t bytes = 0;
  const int link = sockwatch_load_owners((unsigned int)pid_namespace.st_ino, 0);
  for (int round = 0; round < times; round++) {
    const double start = now();
    const int fd = link < 0 ? link : sockwatch_open_owners(link);
    if (fd < 0) {
      fprintf(stderr, "bpf: errno %d\n", -fd);
      return 1;
    }
    ssize_t size;
    for (bytes = 0; (size = read(fd, buffer, sizeof(buffer))) > 0;) bytes += (size_t)size;
    close(fd);
    took[round] = now() - start;
  }
  qsort(took, (size_t)times, sizeof(*took), ascending);
  printf("%.3f %zu\n", took[times / 2], bytes / sizeof(struct sockwatch_owner_record));
  free(took);
  return 0;
}
