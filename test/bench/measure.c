// measure NETNS COMMAND...: runs a command in a network namespace, discards its output, and prints
// `WALL_MS CPU_MS PEAK_KIB EXIT_CODE`. The peak is the resident size of its largest process (wait4(2)).

#define _GNU_SOURCE
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static int checked(int result, const char* what) {
  if (result < 0) {
    perror(what);
    exit(125);
  }
  return result;
}

int main(int argc, char** argv) {
  if (argc < 3) {
    fprintf(stderr, "usage: measure NETNS COMMAND...\n");
    return 2;
  }
  checked(setns(checked(open(argv[1], O_RDONLY | O_CLOEXEC), argv[1]), CLONE_NEWNET), "setns");
  int null = checked(open("/dev/null", O_RDWR | O_CLOEXEC), "/dev/null");
  struct timespec start, end;
  struct rusage usage;
  int status;
  clock_gettime(CLOCK_MONOTONIC, &start);
  pid_t child = checked(fork(), "fork");
  if (child == 0) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    for (int fd = 0; fd <= 2; fd++) checked(dup2(null, fd), "dup2");
    execvp(argv[2], argv + 2);
    _exit(127);
  }
  checked(wait4(child, &status, 0, &usage), "wait4");
  clock_gettime(CLOCK_MONOTONIC, &end);
  double took = (end.tv_sec - start.tv_sec) * 1e3 + (end.tv_nsec - start.tv_nsec) / 1e6;
  double cpu = (usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1e3 +
               (usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e3;
  printf("%f %f %ld %d\n", took, cpu, usage.ru_maxrss,
         WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status));
  return 0;
}
