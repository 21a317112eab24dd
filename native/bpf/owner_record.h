// The record that the iterator writes for each socket descriptor. Kernel and user space both compile this
// file; new fields go at the end.
#ifndef SOCKWATCH_BPF_OWNER_RECORD_H
#define SOCKWATCH_BPF_OWNER_RECORD_H

struct sockwatch_owner_record {
  unsigned int inode;  // of the socket
  unsigned int pid;    // of the process in the reader's PID namespace, 0 if it has none there
  unsigned int task;   // of the thread whose descriptor table was read, likewise
  unsigned int fd;
};

#endif
