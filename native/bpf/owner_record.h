// What the iterator writes for each descriptor that is a socket: the protocol between owners.bpf.c and its
// reader. Both are compiled from this file; a field may be added at the end only.
#ifndef SOCKWATCH_BPF_OWNER_RECORD_H
#define SOCKWATCH_BPF_OWNER_RECORD_H

struct sockwatch_owner_record {
  unsigned int inode;  // of the socket
  unsigned int pid;    // of the process in the reader's PID namespace, 0: it has none there
  unsigned int task;   // of the thread whose descriptor table was read, likewise
  unsigned int fd;
};

#endif
