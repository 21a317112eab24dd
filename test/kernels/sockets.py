"""Opens sockets of every kind; for the tests in other kernels. Reads commands and answers each with a JSON array of strings.

`open` opens all of them and `close` closes them, `fail` binds to each of their addresses again, which fails (these answer with the names
of sockets), `nobind` listens without bind and closes that (answers with the port).
"""
import ctypes
import errno
import json
import mmap
import os
import socket
import struct
import sys

IPPROTO_MPTCP = 262
directory = sys.argv[1]
libc = ctypes.CDLL(None, use_errno=True)
libc.syscall.restype = ctypes.c_long

PLACES = {
    "tcp4": (socket.AF_INET, socket.SOCK_STREAM, 0, ("127.0.0.1", 7001)),
    "tcp6": (socket.AF_INET6, socket.SOCK_STREAM, 0, ("::1", 7002)),
    "udp": (socket.AF_INET, socket.SOCK_DGRAM, 0, ("127.0.0.1", 7003)),
    "mptcp": (socket.AF_INET, socket.SOCK_STREAM, IPPROTO_MPTCP, ("127.0.0.1", 7004)),
    "abstract": (socket.AF_UNIX, socket.SOCK_STREAM, 0, "\0sockwatch-guest-with-a-name-after-which-no-line-can-be-part-of-it"),
    "path": (socket.AF_UNIX, socket.SOCK_STREAM, 0, directory + "/held-with-a-name-after-which-no-line-can-be-part-of-it.sock"),
    # Bound, and does not listen.
    "bound": (socket.AF_INET, socket.SOCK_STREAM, 0, ("127.0.0.1", 7005)),
}


class Uring:
    """One submission at a time through io_uring (include/uapi/linux/io_uring.h)."""

    SETUP, ENTER, GETEVENTS, BIND, LISTEN = 425, 426, 1, 56, 57

    def __init__(self):
        params = ctypes.create_string_buffer(120)
        self.fd = libc.syscall(self.SETUP, 2, params)
        if self.fd < 0:
            raise OSError(ctypes.get_errno(), "io_uring_setup")
        sq_entries, cq_entries = struct.unpack_from("II", params, 0)
        self.sq_head, self.sq_tail, self.sq_mask, _, _, _, self.sq_array = struct.unpack_from("7I", params, 40)
        self.cq_head, self.cq_tail, self.cq_mask, _, _, self.cqes = struct.unpack_from("6I", params, 80)
        size = max(self.sq_array + 4 * sq_entries, self.cqes + 16 * cq_entries)
        self.ring = mmap.mmap(self.fd, size, mmap.MAP_SHARED, offset=0)
        self.entries = mmap.mmap(self.fd, 64 * sq_entries, mmap.MAP_SHARED, offset=0x10000000)

    def call(self, opcode, fd, offset=0, address=0, length=0):
        tail = struct.unpack_from("I", self.ring, self.sq_tail)[0]
        at = tail & struct.unpack_from("I", self.ring, self.sq_mask)[0]
        self.entries[64 * at : 64 * at + 64] = struct.pack("BBHiQQI", opcode, 0, 0, fd, offset, address, length).ljust(64, b"\0")
        struct.pack_into("I", self.ring, self.sq_array + 4 * at, at)
        struct.pack_into("I", self.ring, self.sq_tail, (tail + 1) & 0xFFFFFFFF)
        if libc.syscall(self.ENTER, self.fd, 1, 1, self.GETEVENTS, None, 0) < 0:
            raise OSError(ctypes.get_errno(), "io_uring_enter")
        head = struct.unpack_from("I", self.ring, self.cq_head)[0]
        mask = struct.unpack_from("I", self.ring, self.cq_mask)[0]
        result = struct.unpack_from("Qi", self.ring, self.cqes + 16 * (head & mask))[1]
        struct.pack_into("I", self.ring, self.cq_head, (head + 1) & 0xFFFFFFFF)
        return result

    def bind(self, sock, host, port):
        """0 or a negative error; -22 (EINVAL) on kernels that cannot bind through io_uring, before 6.11."""
        packed = struct.pack("=H", socket.AF_INET) + struct.pack("!H", port) + socket.inet_aton(host)
        address = ctypes.create_string_buffer(packed.ljust(16, b"\0"), 16)
        return self.call(self.BIND, sock.fileno(), offset=16, address=ctypes.addressof(address))

    def listen(self, sock):
        return self.call(self.LISTEN, sock.fileno(), length=8)


try:
    uring = Uring()
except OSError:
    uring = None
held = []


def open_all():
    opened = []
    for name, (family, kind, protocol, place) in PLACES.items():
        try:
            sock = socket.socket(family, kind, protocol)
        except OSError as error:
            # Debian's 5.10 has no MPTCP.
            if error.errno != errno.EPROTONOSUPPORT:
                raise
            continue
        sock.bind(place)
        if kind == socket.SOCK_STREAM and name != "bound":
            sock.listen()
        held.append(sock)
        opened.append(name)
    if uring is not None:
        sock = socket.socket()
        if uring.bind(sock, "127.0.0.1", 7006) == 0:
            if uring.listen(sock) != 0:
                raise OSError("io_uring cannot listen")
            held.append(sock)
            opened.append("uring")
    return opened


def fail_all():
    failed = []
    for name, (family, kind, protocol, place) in PLACES.items():
        with socket.socket(family, kind, protocol) as sock:
            try:
                sock.bind(place)
            except OSError:
                failed.append(name)
    if uring is not None:
        with socket.socket() as sock:
            # EADDRINUSE
            if uring.bind(sock, "127.0.0.1", 7006) == -98:
                failed.append("uring")
    return failed


def close_all():
    for sock in held:
        sock.close()
    held.clear()
    os.unlink(directory + "/held-with-a-name-after-which-no-line-can-be-part-of-it.sock")
    return []


def listen_without_bind():
    with socket.socket() as sock:
        sock.listen()
        return [str(sock.getsockname()[1])]


COMMANDS = {"open": open_all, "fail": fail_all, "close": close_all, "nobind": listen_without_bind}
for line in sys.stdin:
    print(json.dumps(COMMANDS[line.strip()]()), flush=True)
