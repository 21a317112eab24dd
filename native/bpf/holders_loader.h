#ifndef SOCKWATCH_BPF_HOLDERS_LOADER_H
#define SOCKWATCH_BPF_HOLDERS_LOADER_H

#ifdef __cplusplus
extern "C" {
#endif

/* Loads holders.bpf.c and opens its iterator. Returns a descriptor from which struct sockwatch_holder_record
 * are read until it ends, or -errno. Numbers of processes are those of the PID namespace with this inode
 * number. Sockets that are connected are among them only where `every_state` is not 0. Nothing stays loaded
 * once the descriptor is closed. */
int sockwatch_open_holders(unsigned int pid_namespace, int every_state);

#ifdef __cplusplus
}
#endif

#endif
