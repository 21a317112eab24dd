# confined.py COMMAND…: runs a command that Landlock keeps from reading processes which were there before, whatever its
# capabilities: AppArmor does the same to a container (ptrace_may_access(), kernel/ptrace.c).
import ctypes, os, struct, sys

SYS_LANDLOCK_CREATE_RULESET, SYS_LANDLOCK_RESTRICT_SELF = 444, 446
PR_SET_NO_NEW_PRIVS = 38
LANDLOCK_ACCESS_FS_MAKE_CHAR = 1 << 6

libc = ctypes.CDLL(None, use_errno=True)


def check(result):
    if result < 0:
        sys.exit("landlock: " + os.strerror(ctypes.get_errno()))
    return result


handled = struct.pack("=Q", LANDLOCK_ACCESS_FS_MAKE_CHAR)
ruleset = check(libc.syscall(SYS_LANDLOCK_CREATE_RULESET, handled, len(handled), 0))
check(libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
check(libc.syscall(SYS_LANDLOCK_RESTRICT_SELF, ruleset, 0))
os.execvp(sys.argv[1], sys.argv[1:])
