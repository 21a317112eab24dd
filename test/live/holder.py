"""Listens on PORT under the process name NAME (in hexadecimal); CHILDREN child processes share the socket.

Prints `ready` and the pids of the children, and exits at the end of standard input; the children have to be killed.
"""
import ctypes
import os
import signal
import socket
import sys

name, port, children = bytes.fromhex(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
PR_SET_NAME, PR_SET_PDEATHSIG = 15, 1
libc = ctypes.CDLL(None)
libc.prctl(PR_SET_NAME, name, 0, 0, 0)
held = socket.create_server(("0.0.0.0", port))
unix = socket.socket(socket.AF_UNIX)
unix.bind(b"\0" + name + str(port).encode())
unix.listen()
pids = []
for _ in range(children):
    pid = os.fork()
    if pid == 0:
        libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
        signal.pause()
    pids.append(pid)
print(" ".join(["ready", *map(str, pids)]), flush=True)
sys.stdin.read()
