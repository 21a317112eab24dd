"""Opens 300 listeners a second, TCP, UDP and unix in turn, and fails 300 binds a second, on changing addresses, until it is killed."""
import socket
import time

RATE = 300
taken = socket.socket()
taken.bind(("0.0.0.0", 10250))
taken.listen()
kept = []
start = time.monotonic()
number = 0
while True:
    number += 1
    kind = number % 3
    if kind == 0:
        sock = socket.socket(socket.AF_UNIX)
        sock.bind(f"\0soak-{number}")
    else:
        sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM if kind == 1 else socket.SOCK_DGRAM)
        sock.bind(("127.0.0.1", 0))
    if kind != 2:
        sock.listen()
    kept.append(sock)
    if len(kept) > 100:
        kept.pop(0).close()
    with socket.socket() as failing:
        try:
            failing.bind((f"127.{number % 250}.{number // 250 % 250}.1", 10250))
        except OSError:
            pass
    time.sleep(max(0, start + number / RATE - time.monotonic()))
