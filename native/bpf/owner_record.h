// What the iterator writes for each socket descriptor. Kernel and user space both compile this file, so
// fields have fixed sizes and are ordered to leave no padding between them.
#ifndef SOCKWATCH_BPF_OWNER_RECORD_H
#define SOCKWATCH_BPF_OWNER_RECORD_H

struct sockwatch_owner_record {
  unsigned int inode;  // of the socket
  unsigned int pid;    // of the process in the reader's PID namespace, 0 if it has none there
  unsigned int task;   // of the thread whose descriptor table was read, likewise
  unsigned int fd;
};

// Written instead where addresses are asked for.
struct sockwatch_address_record {
  struct sockwatch_owner_record owner;
  // Of TCP and UDP sockets that have a port, in the namespace whose sockets were asked for:
  unsigned int device;  // index of the interface the socket is bound to, 0 if none
  unsigned short port;  // host byte order
  unsigned char family;
  unsigned char protocol;  // IPPROTO_TCP, IPPROTO_UDP; 0: another socket, whose address is not here
  unsigned char state;
  unsigned char v6only;
  unsigned char unused[2];
  unsigned char address[16];
};

#endif
