// The record that the event programs write to the ring buffer. Kernel and user space both compile this file,
// so fields have fixed sizes and are ordered to leave no padding between them.
#ifndef SOCKWATCH_BPF_EVENT_RECORD_H
#define SOCKWATCH_BPF_EVENT_RECORD_H

enum sockwatch_event_kind {
  SOCKWATCH_OPENED = 1,  // TCP and unix: listening; UDP: bound
  SOCKWATCH_CLOSED = 2,  // TCP only: no longer listening
  SOCKWATCH_BIND_FAILED = 3,
  SOCKWATCH_LISTEN_FAILED = 4,
};

#define SOCKWATCH_NAME_SIZE 108  // sun_path, include/uapi/linux/un.h
#define SOCKWATCH_COMM_SIZE 16   // TASK_COMM_LEN, include/linux/sched.h

struct sockwatch_event {
  unsigned long long time;    // CLOCK_BOOTTIME in nanoseconds
  unsigned long long cookie;  // socket cookie, 0 if none has been assigned yet
  unsigned long long cgroup;  // cgroup2 id of the calling process
  unsigned int kind;          // enum sockwatch_event_kind
  unsigned int pid;           // calling process in the reader's PID namespace, 0 if it has no pid there
  unsigned int fd;            // descriptor passed to bind or listen, UINT_MAX for TCP state changes
  unsigned int netns;         // inode number of the socket's network namespace
  unsigned int inode;         // socket inode, 0 if unknown
  unsigned int device;        // index of the interface the socket is bound to, 0 if none
  int error;                  // positive errno of a failed call
  unsigned short family;
  unsigned short type;      // SOCK_STREAM, SOCK_DGRAM, SOCK_SEQPACKET
  unsigned short protocol;  // IPPROTO_TCP, IPPROTO_UDP; 0 for unix
  unsigned short port;      // host byte order
  unsigned char address[16];
  unsigned char v6only;
  unsigned char name_size;
  unsigned char name[SOCKWATCH_NAME_SIZE];
  char comm[SOCKWATCH_COMM_SIZE];
  unsigned char unused[2];
};

#endif
