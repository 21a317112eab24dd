#ifndef SOCKWATCH_BPF_OWNERS_LOADER_H
#define SOCKWATCH_BPF_OWNERS_LOADER_H

#ifdef __cplusplus
extern "C" {
#endif

/* Loads owners.bpf.c. Returns a descriptor of its link, or -errno; closing it unloads the program.
 * `pid_namespace` is the inode number of the PID namespace that pids are reported in. `addresses_in_netns` is
 * that of the network namespace whose connected sockets and addresses are included, in struct
 * sockwatch_address_record, or 0.
 */
int sockwatch_load_owners(unsigned int pid_namespace, unsigned int addresses_in_netns);

/* Starts a pass. Returns a descriptor from which the records of owner_record.h can be read until end of file,
 * or -errno.
 */
int sockwatch_open_owners(int link);

#ifdef __cplusplus
}
#endif

#endif
