"""A place of its own for the runner: its own root folder and its own processes, where the kernel allows it.

Landlock decides what may be opened. It does not decide what may be asked for: under it anybody can still learn which
files and processes a machine has, how large they are and when they changed. Here they are not there at all.
"""

import ctypes
import os
import signal

import locks
from locks import LIBC

CLONE_NEWNS, CLONE_NEWUTS, CLONE_NEWIPC = 0x00020000, 0x04000000, 0x08000000
CLONE_NEWUSER, CLONE_NEWPID, CLONE_NEWNET = 0x10000000, 0x20000000, 0x40000000
MS_RDONLY, MS_NOSUID, MS_NODEV, MS_NOEXEC, MS_REMOUNT = 1, 2, 4, 8, 32
MS_NOATIME, MS_BIND, MS_REC, MS_PRIVATE = 0x400, 0x1000, 0x4000, 0x40000
MNT_DETACH = 2
PIVOT_ROOT = (155, 41)  # glibc has no function for it


def unshare(flags):
    """Leave namespaces; raises OSError."""
    _check(LIBC.unshare(flags), "unshare")


def own_users():
    """Enter a user namespace in which the caller is still who it was: a file system mounted there knows no one else."""
    uid, gid = os.getuid(), os.getgid()
    unshare(CLONE_NEWUSER)
    locks.prctl(locks.PR_SET_DUMPABLE, 1)  # or the files below belong to root
    try:
        for name, text in (("setgroups", "deny"), ("uid_map", f"{uid} {uid} 1"), ("gid_map", f"{gid} {gid} 1")):
            with open(f"/proc/self/{name}", "w") as f:
                f.write(text)
    finally:
        locks.prctl(locks.PR_SET_DUMPABLE, 0)


def own_processes():
    """Fork from now on into a namespace where no other process can be seen; returns the pid of its first one.

    That one only reaps. When it ends the kernel ends all others, so it outlives them. The caller cannot start threads
    any more; what it forks can.
    """
    unshare(CLONE_NEWPID)
    pid = os.fork()
    if pid:
        return pid
    try:
        locks.prctl(locks.PR_SET_PDEATHSIG, signal.SIGKILL)
        signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # the kernel reaps then
        os.chdir("/")
        os.closerange(0, 4096)  # the grader's socket among them: its end is how the grader knows that the zygote has gone
        locks.drop_caps()
        while True:
            signal.pause()
    finally:
        os._exit(1)


def own_disk(folder, options):
    """Mount a tmpfs of bounded size that only this process and its children see."""
    own_mounts()
    mount("assay", folder, "tmpfs", MS_NOSUID | MS_NODEV | MS_NOEXEC, options)


def own_root(places, scratch, options):
    """Make these places, and a tmpfs at scratch, all the files that there are for this process and its children."""
    own_mounts()
    mount("assay", scratch, "tmpfs", MS_NOSUID, "size=1m,mode=0755")  # the new root; it lies over what is hidden anyway
    before = os.umask(0o022)
    try:
        furnish(scratch, places)
        inner = scratch + scratch
        os.makedirs(inner, exist_ok=True)
        mount("assay", inner, "tmpfs", MS_NOSUID | MS_NODEV | MS_NOEXEC, options)
        os.chdir(scratch)
        _check(LIBC.syscall(ctypes.c_long(PIVOT_ROOT[locks.COLUMN]), b".", b"."), "pivot_root")
    except OSError:
        os.chdir("/")
        LIBC.umount2(os.fsencode(scratch), MNT_DETACH)
        raise
    finally:
        os.umask(before)
    _check(LIBC.umount2(b".", MNT_DETACH), "umount")  # the old root, which pivot_root laid over the new one
    os.chdir("/")
    mount(None, "/", None, MS_REMOUNT | MS_BIND | MS_RDONLY | MS_NOSUID, None)
    os.chdir(scratch)


def furnish(root, places):
    """Lay places of the present root into a new one, under the same names and with the links that lead to them."""
    for place in sorted(places, key=lambda p: (not os.path.isdir(p), p)):  # or a file's folder would be taken for the whole
        real = links(root, place)
        there = root + real
        if os.path.lexists(there):  # within an earlier one
            continue
        if os.path.isdir(real):
            os.makedirs(there)
        else:
            os.makedirs(os.path.dirname(there), exist_ok=True)
            os.close(os.open(there, os.O_CREAT | os.O_WRONLY, 0o600))
        mount(real, there, None, MS_BIND | MS_REC, None)
        try:
            # Who reads a file leaves the time on it, for the next grading to find.
            mount(None, there, None, MS_REMOUNT | MS_BIND | MS_RDONLY | MS_NOSUID | MS_NOATIME, None)
        except OSError:  # in a user namespace such flags are not ours to change
            pass


def links(root, place):
    """Repeat in a new root every link on the way to a place; returns where the way ends."""
    at, ahead = "/", [p for p in place.split("/") if p]
    while ahead:
        step = os.path.normpath(os.path.join(at, ahead.pop(0)))
        if not os.path.islink(step):
            at = step
            continue
        target = os.readlink(step)
        if not os.path.lexists(root + step):
            os.makedirs(os.path.dirname(root + step), exist_ok=True)
            os.symlink(target, root + step)
        if target.startswith("/"):
            at = "/"
        ahead = [p for p in target.split("/") if p] + ahead
    return at


def own_mounts():
    """Let no mount from here on reach the rest of the machine."""
    unshare(CLONE_NEWNS)
    mount(None, "/", None, MS_REC | MS_PRIVATE, None)


def mount(what, where, kind, flags, options):
    """Call mount; raises OSError."""
    texts = [None if t is None else os.fsencode(t) for t in (what, where, kind)]
    _check(LIBC.mount(*texts, ctypes.c_ulong(flags), None if options is None else options.encode()), f"mount {where}")


def _check(result, call):
    if result:
        e = ctypes.get_errno()
        raise OSError(e, f"{call}: {os.strerror(e)}")
