"""Opens COUNT listeners in turn, TCP, UDP and unix, on ports that the kernel chooses, each for about a millisecond.

Prints protocol and port or name of each. With `churn` instead of COUNT, opens listeners forever and prints nothing.
"""
import os
import socket
import sys
import time


def open_one(number):
    kind = ("tcp", "udp", "unix")[number % 3]
    if kind == "unix":
        sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        place = f"sw-opener-{os.getpid()}-{number}"
        sock.bind("\0" + place)
    else:
        sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM if kind == "tcp" else socket.SOCK_DGRAM)
        sock.bind(("127.0.0.1", 0))
        place = sock.getsockname()[1]
    if kind != "udp":
        sock.listen()
    time.sleep(0.001)
    sock.close()
    return kind, place


if sys.argv[1:] == ["churn"]:
    for number in range(1 << 62):
        open_one(number)
        time.sleep(0.02)
else:
    lines = [open_one(number) for number in range(int(sys.argv[1]))]
    print("\n".join(f"{kind} {place}" for kind, place in lines))
