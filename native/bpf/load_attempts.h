// The verifier returns EAGAIN when a signal is pending (bpf_check() and its callees in
// kernel/bpf/verifier.c), and those of a profiler or an interval timer come faster than a program loads.
// Blocked signals do not count, but task work that is signalled likewise (TIF_NOTIFY_SIGNAL) cannot be
// blocked, so that it takes further attempts.
#ifndef SOCKWATCH_BPF_LOAD_ATTEMPTS_H
#define SOCKWATCH_BPF_LOAD_ATTEMPTS_H

#include <signal.h>

#define SOCKWATCH_LOAD_ATTEMPTS 10

static inline void sockwatch_block_signals(sigset_t* before) {
  sigset_t all;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, before);
}

static inline void sockwatch_restore_signals(const sigset_t* before) {
  pthread_sigmask(SIG_SETMASK, before, NULL);
}

#endif
