"""As root: has an unprivileged user attempt what the first argument names, and runs the command in the rest meanwhile.

Prints `refused` if the kernel does not let the user do it. What the attempt needs of the node is prepared as root: a delegated
cgroup, as systemd gives one to every user's manager, and a service that takes descriptors from anyone.
"""
import ctypes
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile

NOBODY = 65534
SCHEDULER, SCHEDULER_PORT, ENVOY_PORT = "kube-scheduler", 10259, 9964
CLONE_NEWNS, CLONE_NEWCGROUP, CLONE_NEWUSER, CLONE_NEWNET = 0x20000, 0x2000000, 0x10000000, 0x40000000
PR_SET_PDEATHSIG, PR_SET_DUMPABLE, PR_SET_NAME, MS_REC_PRIVATE = 1, 4, 15, 0x44000
CONTAINER = "cri-containerd-" + "ab" * 32 + ".scope"
POD = "kubepods.slice/kubepods-pod11111111_2222_3333_4444_555555555555.slice/" + CONTAINER
libc = ctypes.CDLL(None, use_errno=True)
kept = []


def must(result):
    if result != 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))


def cgroup_root():
    with open("/proc/self/mountinfo") as file:
        return next(line.split()[4] for line in file if " - cgroup2 " in line)


def enter(path, owner=0):
    """Moves this process into a cgroup, which is made for a user."""
    directory = os.path.join(cgroup_root(), path)
    os.makedirs(directory, exist_ok=True)
    for name in ("", "cgroup.procs"):
        os.chown(os.path.join(directory, name), owner, owner)
    with open(os.path.join(directory, "cgroup.procs"), "w") as file:
        file.write("0")


def become_nobody():
    os.setgroups([])
    os.setresgid(NOBODY, NOBODY, NOBODY)
    os.setresuid(NOBODY, NOBODY, NOBODY)
    must(libc.prctl(PR_SET_DUMPABLE, 1, 0, 0, 0))


def listen(port, family=socket.AF_INET):
    sock = socket.socket(family)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    if family == socket.AF_INET6:
        sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
    sock.bind(("", port))
    sock.listen()
    kept.append(sock)
    return sock


def listen_at(path):
    sock = socket.socket(socket.AF_UNIX)
    sock.bind(path)
    sock.listen()
    kept.append(sock)
    return sock


def rename(name):
    must(libc.prctl(PR_SET_NAME, name.encode(), 0, 0, 0))


def execute(name, program="/opt/k8s/bin/stand_in"):
    """Goes on as the lab's stand-in under another argv[0] and comm, which ends at the end of its input."""
    end, kept_open = os.pipe()
    os.set_inheritable(kept_open, True)
    os.dup2(end, 0)
    os.dup2(ready, 1)
    os.environ["STAND_IN"] = f"--comm {name.encode().hex()} tcp,0.0.0.0,{SCHEDULER_PORT}"
    os.execv(program, ["/snap/k8s/current/bin/" + name])


def copy_of(name):
    path = os.path.join(tempfile.mkdtemp(dir=work), name)
    shutil.copy("/opt/k8s/bin/stand_in", path)
    return path


def delegated(below, act):
    """`act` in a cgroup that the user made in his own manager's."""
    manager = "user.slice/user-65534.slice/user@65534.service"
    enter(manager, NOBODY)
    become_nobody()
    enter(os.path.join(manager, below), NOBODY)
    act()


def service(unit, name):
    """Starts a service of root that keeps whatever descriptors it is sent, and returns where."""
    path = os.path.join(work, "service.sock")
    server = listen_at(path)
    os.chmod(path, 0o777)
    pid = os.fork()
    if pid == 0:
        must(libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0))
        enter(unit)
        rename(name)
        for _ in range(8):
            connection, _ = server.accept()
            kept.extend(socket.recv_fds(connection, 1, 8)[1])
            connection.send(b"+")
        signal.pause()
    started.append(pid)
    server.close()
    return path


def hand_over(path, sock):
    with socket.socket(socket.AF_UNIX) as connection:
        connection.connect(path)
        socket.send_fds(connection, [b"+"], [sock.fileno()])
        connection.recv(1)


def handed_over(port, unit, name, then, below=None):
    path = service(unit, name)

    def act():
        sock = listen(port)
        if below is not None:
            home = os.path.join(cgroup_root(), "user.slice/user-65534.slice/user@65534.service")
            with open(os.path.join(home, "cgroup.procs"), "w") as file:
                file.write("0")
            os.rmdir(os.path.join(home, below))
        hand_over(path, sock)
        then(sock)

    if below is not None:
        return delegated(below, act)
    become_nobody()
    act()


def keep_in_flight(sock):
    pair = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
    kept.extend(pair)
    socket.send_fds(pair[0], [b"+"], [sock.fileno()])
    sock.close()


def in_namespaces(flags):
    become_nobody()
    must(libc.unshare(CLONE_NEWUSER | flags))
    for name, text in (("uid_map", "0 65534 1"), ("setgroups", "deny"), ("gid_map", "0 65534 1")):
        with open(f"/proc/self/{name}", "w") as file:
            file.write(text)


def at_containerds_path():
    """The path in a mount namespace of its own, with the inode number of the file outside if there is one."""
    path = "/run/containerd/containerd.sock"
    number = os.stat(path).st_ino if os.path.exists(path) else None
    in_namespaces(CLONE_NEWNS)
    must(libc.mount(b"none", b"/", None, MS_REC_PRIVATE, None))
    must(libc.mount(b"mine", b"/run/containerd", b"tmpfs", 0, None))
    rename("containerd")
    while True:
        listen_at(path)
        at = os.stat(path).st_ino
        if number is None or at == number:
            return
        if at > number:
            raise OSError("the number is taken")
        os.rename(path, f"{path}.{at}")


def in_own_directory(prepare):
    base = os.path.join(work, "run/containerd")
    prepare(base)
    become_nobody()
    os.makedirs(base, exist_ok=True)
    rename("containerd")
    return listen_at(os.path.join(base, "containerd.sock"))


def sticky(base):
    os.makedirs(base)
    os.chmod(base, 0o1777)


def handed_over_path():
    path = service("system.slice/snap.k8s.containerd.service", "containerd")
    hand_over(path, in_own_directory(lambda base: None))
    os._exit(0)


def plain(act):
    become_nobody()
    act()


SCHEDULER_UNIT = "system.slice/snap.k8s.kube-scheduler.service"
leave = lambda _: os._exit(0)
stay = lambda _: None


def named(name, port):
    rename(name)
    listen(port)


ATTEMPTS = {
    "argv0": lambda: plain(lambda: execute(SCHEDULER)),
    "copied-binary": lambda: plain(lambda: execute(SCHEDULER, copy_of(SCHEDULER))),
    "comm": lambda: plain(lambda: named(SCHEDULER, SCHEDULER_PORT)),
    "comm-of-a-noted-service": lambda: plain(lambda: named("cilium-agent", ENVOY_PORT)),
    "comm-of-a-worker": lambda: plain(lambda: named("k8s-apiserver-p", SCHEDULER_PORT)),
    "cgroup-of-its-unit": lambda: delegated("snap.k8s.kube-scheduler.service", lambda: named(SCHEDULER, SCHEDULER_PORT)),
    "cgroup-of-pebble": lambda: delegated("pebble.service", lambda: named(SCHEDULER, SCHEDULER_PORT)),
    "cgroup-of-systemd": lambda: delegated("init.scope", lambda: named(SCHEDULER, SCHEDULER_PORT)),
    "cgroup-of-a-pod": lambda: delegated(POD, lambda: named("cilium-agent", ENVOY_PORT)),
    "user-namespace": lambda: (in_namespaces(CLONE_NEWCGROUP), named(SCHEDULER, SCHEDULER_PORT)),
    "network-namespace": lambda: (in_namespaces(CLONE_NEWNET), named(SCHEDULER, SCHEDULER_PORT)),
    "beside-the-service": lambda: plain(lambda: named("kubelet", 10250)),
    "beside-the-service-on-ipv6": lambda: plain(lambda: (rename("kubelet"), listen(10250, socket.AF_INET6))),
    "handed-over": lambda: handed_over(SCHEDULER_PORT, SCHEDULER_UNIT, SCHEDULER, leave),
    "handed-over-and-kept": lambda: handed_over(SCHEDULER_PORT, SCHEDULER_UNIT, SCHEDULER, stay),
    "handed-over-and-in-flight": lambda: handed_over(SCHEDULER_PORT, SCHEDULER_UNIT, SCHEDULER, keep_in_flight),
    "handed-over-from-a-lost-cgroup": lambda: handed_over(SCHEDULER_PORT, SCHEDULER_UNIT, SCHEDULER, leave, "lost"),
    "handed-over-to-a-pod": lambda: handed_over(ENVOY_PORT, POD, "cilium-agent", leave),
    "path-in-own-mounts": at_containerds_path,
    "path-in-own-directory": lambda: in_own_directory(lambda base: None),
    "path-in-a-sticky-directory": lambda: in_own_directory(sticky),
    "path-handed-over": handed_over_path,
}

work = tempfile.mkdtemp()
os.chmod(work, 0o777)
started = []
done, ready = os.pipe()
child = os.fork()
if child == 0:
    must(libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0))
    os.setsid()
    pass_on = lambda code: os.write(ready, code)
    real_exit = os._exit
    os._exit = lambda code: (pass_on(b"+"), real_exit(code))
    try:
        ATTEMPTS[sys.argv[1]]()
        pass_on(b"+")
    except OSError as error:
        print("refused", error, file=sys.stderr)
        pass_on(b"-")
        real_exit(1)
    while True:
        signal.pause()
try:
    if os.read(done, 1) == b"-":
        print("refused")
        sys.exit(1)
    sys.exit(subprocess.run(sys.argv[2:]).returncode)
finally:
    os.killpg(child, signal.SIGKILL)
    os.waitpid(child, 0)
    shutil.rmtree(work)
