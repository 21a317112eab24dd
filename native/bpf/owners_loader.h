#ifndef SOCKWATCH_BPF_OWNERS_LOADER_H
#define SOCKWATCH_BPF_OWNERS_LOADER_H

#ifdef __cplusplus
extern "C" {
#endif

/* Loads owners.bpf.c and opens its iterator. Returns a descriptor from which struct sockwatch_owner_record
 * can be read until end of file, or -errno. `pid_namespace` is the inode number of the PID namespace that
 * pids are reported in; `every_state` includes connected sockets. Closing the descriptor unloads the program.
 */
int sockwatch_open_owners(unsigned int pid_namespace, int every_state);

#ifdef __cplusplus
}
#endif

#endif
