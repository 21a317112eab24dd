"""What one user can do: COUNT listeners on one port, on as many loopback addresses, by a program whose names are 4,000 bytes long.

crowd.py DIRECTORY COUNT PORT; prints a line once they listen, and ends with its input.
"""
import os, shutil, socket, sys

LENGTH = 4000

directory, count, port = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
if len(sys.argv) == 4:
    here = directory
    os.chdir(directory)
    while len(here) < LENGTH - 260:
        os.mkdir("d" * 250)
        os.chdir("d" * 250)
        here += "/" + "d" * 250
    shutil.copy(os.path.realpath(sys.executable), "crowd")
    argv = ["a" * LENGTH, "-S", "-E", os.path.abspath(__file__), *sys.argv[1:], "listen"]
    os.execve("./crowd", argv, {"PYTHONHOME": "/usr"})

sockets = []
for at in range(count):
    one = socket.socket()
    one.bind((f"127.{1 + (at >> 16)}.{at >> 8 & 255}.{at & 255}", port))
    one.listen()
    sockets.append(one)
print("ready", flush=True)
sys.stdin.read()
