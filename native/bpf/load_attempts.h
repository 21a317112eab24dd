// How often loading is tried: the verifier gives up with EAGAIN when a signal comes meanwhile (bpf_check()
// and its callees in kernel/bpf/verifier.c), which a profiler's or a timer's may do several times.
#ifndef SOCKWATCH_BPF_LOAD_ATTEMPTS_H
#define SOCKWATCH_BPF_LOAD_ATTEMPTS_H

#define SOCKWATCH_LOAD_ATTEMPTS 10

#endif
