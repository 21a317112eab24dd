#ifndef SOCKWATCH_BPF_OWNERS_LOADER_H
#define SOCKWATCH_BPF_OWNERS_LOADER_H

#ifdef __cplusplus
extern "C" {
#endif

/* Loads owners.bpf.c and opens its iterator. Returns a descriptor from which struct sockwatch_owner_record
 * are read until it ends, or -errno. Numbers of processes are those of the PID namespace with this inode
 * number. Sockets that are connected are among them only where `every_state` is not 0. Nothing stays loaded
 * once the descriptor is closed. */
int sockwatch_open_owners(unsigned int pid_namespace, int every_state);

#ifdef __cplusplus
}
#endif

#endif
