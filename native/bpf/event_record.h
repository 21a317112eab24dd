// What the event programs put into the ring buffer: the protocol between events.bpf.c and its reader. Both
// are compiled from this file; fields are of fixed size and stand in an order that leaves no holes.
#ifndef SOCKWATCH_BPF_EVENT_RECORD_H
#define SOCKWATCH_BPF_EVENT_RECORD_H

enum sockwatch_event_kind {
  SOCKWATCH_OPENED = 1,  // TCP or unix: it listens; UDP: it is bound
  SOCKWATCH_CLOSED = 2,  // TCP only: it listens no more
  SOCKWATCH_BIND_FAILED = 3,
  SOCKWATCH_LISTEN_FAILED = 4,
};

#define SOCKWATCH_NAME_SIZE 108  // sun_path, include/uapi/linux/un.h
#define SOCKWATCH_COMM_SIZE 16   // TASK_COMM_LEN, include/linux/sched.h

struct sockwatch_event {
  unsigned long long time;    // CLOCK_BOOTTIME in nanoseconds
  unsigned long long cookie;  // of the socket, 0: none was given out yet
  unsigned long long cgroup;  // cgroup2 id of the process that acted
  unsigned int kind;          // enum sockwatch_event_kind
  unsigned int pid;           // of that process in the reader's PID namespace, 0: it has none there
  unsigned int fd;            // of the socket in that process; TCP events do not know it and have UINT_MAX
  unsigned int netns;         // inode number of the socket's network namespace
  unsigned int inode;         // of the socket, 0: unknown
  unsigned int device;        // interface index it is bound to, 0: none
  int error;                  // errno, positive, for what failed
  unsigned short family;
  unsigned short type;      // SOCK_STREAM, SOCK_DGRAM, SOCK_SEQPACKET
  unsigned short protocol;  // IPPROTO_TCP, IPPROTO_UDP; 0 for unix
  unsigned short port;      // host order
  unsigned char address[16];
  unsigned char v6only;
  unsigned char name_size;
  unsigned char name[SOCKWATCH_NAME_SIZE];
  char comm[SOCKWATCH_COMM_SIZE];
  unsigned char unused[2];
};

#endif
