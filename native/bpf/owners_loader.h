#ifndef SOCKWATCH_BPF_OWNERS_LOADER_H
#define SOCKWATCH_BPF_OWNERS_LOADER_H

#ifdef __cplusplus
extern "C" {
#endif

/* Loads owners.bpf.c and opens its iterator. Returns a descriptor from which the records of owner_record.h
 * can be read until end of file, or -errno. `pid_namespace` is the inode number of the PID namespace that
 * pids are reported in. `addresses_in_netns` is that of the network namespace whose connected sockets and
 * addresses are included, in struct sockwatch_address_record, or 0. Closing the descriptor unloads the
 * program.
 */
int sockwatch_open_owners(unsigned int pid_namespace, unsigned int addresses_in_netns);

#ifdef __cplusplus
}
#endif

#endif
