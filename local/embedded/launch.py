"""Become a server: drop privileges, tie our life to the parent's, exec.

Run as `python -I -S launch.py PARENT_PID SIGNAL UID GID PROGRAM ARGS...`; UID -1 keeps the user.
A separate program rather than Popen's preexec_fn, which is unsafe in a process with threads.
"""

import ctypes
import os
import sys

_PR_SET_PDEATHSIG = 1
_PARENT_GONE = 75


def main(arguments: list[str]) -> None:
    """Replace this process by the program; exit 75 when the parent is already dead."""
    parent, death_signal, uid, gid = (int(value) for value in arguments[:4])
    command = arguments[4:]
    prctl = ctypes.CDLL(None, use_errno=True).prctl if sys.platform == "linux" else None
    if uid >= 0:
        os.setgroups([])
        os.setgid(gid)
        os.setuid(uid)
    if prctl is not None:  # after setuid, which clears it
        prctl(_PR_SET_PDEATHSIG, death_signal, 0, 0, 0)
    if os.getppid() != parent:
        sys.exit(_PARENT_GONE)
    os.execv(command[0], command)  # noqa: S606 - becoming the program is the purpose


if __name__ == "__main__":
    main(sys.argv[1:])
