"""
Becomes another program that dies with its parent: `trampoline.py PARENT SIGNAL USER PROGRAM ARG...`.

Run as a script by `local.child`. PARENT is the pid that the parent believes to have, SIGNAL what the
kernel shall send when that parent is gone, however it went, and USER is `uid:gid` to become first, or `-`.
"""

from __future__ import annotations

# Everything is imported before root is dropped: the interpreter may live where only root can read.
import ctypes
import os
import sys

PR_SET_PDEATHSIG = 1


def main() -> None:
    parent, signal, user, *command = sys.argv[1:]
    libc = ctypes.CDLL(None, use_errno=True)
    if user != "-":
        uid, gid = (int(part) for part in user.split(":"))
        os.setgroups([])
        os.setgid(gid)
        os.setuid(uid)
    # Only now: changing the user clears it.
    if libc.prctl(PR_SET_PDEATHSIG, int(signal), 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "prctl(PR_SET_PDEATHSIG)")
    # The parent may have died before the line above; then nobody would ever send the signal.
    if os.getppid() != int(parent):
        sys.exit("the parent is already gone")
    try:
        os.execvp(command[0], command)  # noqa: S606  # a shell is what we do not want
    except OSError as error:
        sys.exit(f"{command[0]}: {error.strerror}")


main()
