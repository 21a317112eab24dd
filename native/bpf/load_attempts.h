// The verifier returns EAGAIN when a signal is pending (bpf_check() and its callees in
// kernel/bpf/verifier.c). A profiler or an interval timer can cause that several times in a row.
#ifndef SOCKWATCH_BPF_LOAD_ATTEMPTS_H
#define SOCKWATCH_BPF_LOAD_ATTEMPTS_H

#define SOCKWATCH_LOAD_ATTEMPTS 10

#endif
