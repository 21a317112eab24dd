// What the skeletons of both kinds of event programs have. Include after <bpf/skel_internal.h>.
#ifndef SOCKWATCH_BPF_EVENT_PROGRAMS_H
#define SOCKWATCH_BPF_EVENT_PROGRAMS_H

#define SOCKWATCH_MAX_EVENT_PROGRAMS 10

struct sockwatch_event_programs {
  int ring;
  const unsigned long long* lost;
  const unsigned long long* suppressed;
  int counted[SOCKWATCH_MAX_EVENT_PROGRAMS];  // see sockwatch_count_programs()
  int count;
};

// Collects the descriptors in a skeleton's `progs`, which has no other members. Without tcp_state, which runs
// for all TCP state changes: interrupts make the kernel skip it now and then, but hardly ever for a listener.
static inline void sockwatch_count_programs(struct sockwatch_event_programs* programs, const void* progs,
                                            size_t size, struct bpf_prog_desc tcp_state) {
  const struct bpf_prog_desc* descriptors = progs;
  for (size_t at = 0; at < size / sizeof(*descriptors); at++) {
    if (descriptors[at].prog_fd != tcp_state.prog_fd)
      programs->counted[programs->count++] = descriptors[at].prog_fd;
  }
}

#endif
