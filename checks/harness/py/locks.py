"""Locks for a process that runs strangers' code: Landlock, an allow-list seccomp filter, rlimits, capabilities.

All by ctypes, so that nothing has to be compiled or installed. Everything that can be prepared is prepared before the
fork: a child only makes the few system calls that close the doors. On systems without these calls the probes say so
and the level that is reported is L0.
"""

import ctypes
import os
import platform
import resource
import struct
import sys
import sysconfig

import syscalls

LIBC = ctypes.CDLL(None, use_errno=True) if os.name == "posix" else None
LINUX = sys.platform == "linux"
ARCHES = {"x86_64": (0, 0xC000003E), "aarch64": (1, 0xC00000B7)}
COLUMN, AUDIT_ARCH = ARCHES.get(platform.machine(), (None, None))

PR_SET_PDEATHSIG, PR_SET_DUMPABLE, PR_SET_KEEPCAPS, PR_SET_NO_NEW_PRIVS = 1, 4, 8, 38
CLONE_THREAD, CLONE_NEW_ANY = 0x00010000, 0x7E020080
CAP_CHOWN, CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH, CAP_FOWNER, CAP_KILL, CAP_SETGID, CAP_SETUID = 0, 1, 2, 3, 5, 6, 7


def number(name):
    """Return this machine's number of a system call, or None."""
    for table in (syscalls.PLAIN, syscalls.CHECKED, syscalls.ZYGOTE):
        if name in table:
            return table[name][COLUMN] if COLUMN is not None else None
    return None


def syscall(name, *args):
    """Make a system call; raises OSError."""
    n = number(name)
    if n is None:
        raise OSError(38, f"{name}: not on this machine")
    args = [ctypes.c_long(a) if isinstance(a, int) else a for a in args]
    got = LIBC.syscall(ctypes.c_long(n), *args)
    if got < 0:
        e = ctypes.get_errno()
        raise OSError(e, f"{name}: {os.strerror(e)}")
    return got


def prctl(option, value=0):
    """Call prctl; raises OSError."""
    if LIBC.prctl(option, ctypes.c_ulong(value), 0, 0, 0):
        e = ctypes.get_errno()
        raise OSError(e, f"prctl {option}: {os.strerror(e)}")


# --- seccomp ---------------------------------------------------------------------------------------------------------

LOAD, JEQ, JSET, AND, RET = 0x20, 0x15, 0x45, 0x54, 0x06
ALLOW, KILL, EPERM, ENOSYS = 0x7FFF0000, 0x80000000, 0x00050001, 0x00050026
NR, ARCH = 0, 4


def _arg(i, high=False):
    return 16 + 8 * i + (4 if high else 0)


class Program:
    """A BPF program under construction."""

    def __init__(self):
        self.code = []
        self.add(LOAD, ARCH).add(JEQ, AUDIT_ARCH, 1, 0).add(RET, KILL).add(LOAD, NR)

    def add(self, op, k, yes=0, no=0):
        self.code.append(struct.pack("<HBBI", op, yes, no, k & 0xFFFFFFFF))
        return self

    def call(self, name, *body):
        """When the call is name, run body: instructions that always return."""
        n = number(name)
        if n is not None:
            self.add(JEQ, n, 0, len(body))
            for ins in body:
                self.add(*ins)
        return self

    def pack(self):
        """Return the program as bytes and the sock_fprog that points at them; keep both alive."""
        code = ctypes.create_string_buffer(b"".join(self.code))
        head = struct.pack("<HxxxxxxQ", len(self.code), ctypes.addressof(code))
        return code, ctypes.create_string_buffer(head)


def _zero(*loads):
    """Return EPERM unless all these words of the arguments are 0."""
    body = []
    for i, at in enumerate(loads):
        body += [(LOAD, at), (JEQ, 0, 0, 2 * (len(loads) - 1 - i) + 1)]
    return [*body, (RET, ALLOW), (RET, EPERM)]


def _none_of(at, *values):
    """Return EPERM when this word is one of the values."""
    body = [(LOAD, at)]
    for i, v in enumerate(values):
        body.append((JEQ, v, len(values) - i, 0))
    return [*body, (RET, ALLOW), (RET, EPERM)]


def child_filter():
    """Build the runner child's filter; returns (program, index of the instruction that holds the child's pid)."""
    p = Program()
    p.call("clone3", (RET, ENOSYS))  # so that libc falls back to clone, whose flags can be read
    p.call("clone", (LOAD, _arg(0)), (JSET, CLONE_THREAD, 0, 1), (RET, ALLOW), (RET, EPERM))
    # A file's or socket's owner gets signals from it: F_SETOWN, F_SETSIG, F_SETOWN_EX; FIOSETOWN, SIOCSPGRP; TIOCSTI.
    # F_SETLEASE keeps whoever opens a file next waiting, and with F_NOTIFY tells of what others do in a folder.
    # A lock on a file that everybody may read tells whoever asks, in any namespace: F_GETLK, F_SETLK, F_SETLKW and their
    # F_OFD_ kin; flock is not allowed at all.
    p.call("fcntl", *_none_of(_arg(1), 5, 6, 7, 8, 10, 15, 36, 37, 38, 1024, 1026))
    p.call("ioctl", *_none_of(_arg(1), 0x8901, 0x8902, 0x5412, 0x541C))
    # An address given to sendto on a datagram socketpair reaches any unix socket on the host.
    p.call("sendto", *_zero(_arg(4), _arg(4, True)))
    p.call("socketpair", (LOAD, _arg(0)), (JEQ, 1, 0, 4), (LOAD, _arg(1)), (AND, 0xF), (JEQ, 1, 0, 1), (RET, ALLOW), (RET, EPERM))
    p.call("prlimit64", *_zero(_arg(0), _arg(2), _arg(2, True)))
    at = len(p.code) + 2
    p.call("tgkill", (LOAD, _arg(0)), (JEQ, 0, 0, 1), (RET, ALLOW), (RET, EPERM))
    for name in syscalls.PLAIN:
        p.call(name, (RET, ALLOW))
    p.add(RET, EPERM)
    return p.pack(), at


def zygote_filter():
    """Build the zygote's filter: it may fork, lock and reap; it may not exec, open sockets or make namespaces."""
    p = Program()
    p.call("clone3", (RET, ENOSYS))
    p.call("clone", (LOAD, _arg(0)), (JSET, CLONE_NEW_ANY, 0, 1), (RET, EPERM), (RET, ALLOW))
    for name in [*syscalls.PLAIN, *syscalls.CHECKED, *syscalls.ZYGOTE]:
        p.call(name, (RET, ALLOW))
    p.add(RET, EPERM)
    return p.pack()


def set_pid(code, at, pid):
    """Write the pid that tgkill may name into a packed child filter."""
    struct.pack_into("<I", code, 8 * at + 4, pid)


def load_filter(packed):
    """Install a packed filter for good."""
    syscall("seccomp", 1, 0, packed[1])


# --- Landlock --------------------------------------------------------------------------------------------------------

FS_WRITE, FS_READ, FS_READ_DIR, FS_TRUNCATE = 1 << 1, 1 << 2, 1 << 3, 1 << 14
FS_REMOVE_DIR, FS_REMOVE_FILE, FS_MAKE_DIR, FS_MAKE_REG, FS_REFER = 1 << 4, 1 << 5, 1 << 7, 1 << 8, 1 << 13
READ_ONLY = FS_READ | FS_READ_DIR
READ_WRITE = READ_ONLY | FS_WRITE | FS_TRUNCATE | FS_REMOVE_DIR | FS_REMOVE_FILE | FS_MAKE_DIR | FS_MAKE_REG | FS_REFER
ON_FILES = FS_READ | FS_WRITE | FS_TRUNCATE
HANDLED = {1: (1 << 13) - 1, 2: (1 << 14) - 1, 3: (1 << 15) - 1, 4: (1 << 15) - 1}


def landlock_abi():
    """Return the kernel's Landlock ABI, 0 when there is none."""
    if not LINUX or COLUMN is None:
        return 0
    try:
        return syscall("landlock_create_ruleset", 0, 0, 1)
    except OSError:
        return 0


def places():
    """List what a runner may read, as it is named: the interpreter's libraries and the system's, never a bin folder.

    The assay binary carries hidden tests in it, so folders of programs stay closed.
    """
    lib = [os.path.join(p, d) for p in (sys.prefix, sys.base_prefix) for d in ("lib", "lib64")]
    std = [sysconfig.get_path(k) for k in ("stdlib", "platstdlib", "purelib", "platlib")]
    system = ["/usr/lib", "/usr/lib64", "/lib", "/lib64", "/usr/share/zoneinfo", "/etc/ld.so.cache", "/etc/localtime",
              "/sys/devices/system/cpu", "/dev/urandom"]
    own = os.path.dirname(os.path.abspath(__file__))
    closed = ("/", "/usr", sys.prefix, own)
    return [p for p in [*lib, *std, *sys.path, *system] if p and os.path.exists(p) and os.path.realpath(p) not in closed]


def readable_paths():
    """List the same without links, each once."""
    return sorted({os.path.realpath(p) for p in places()})


class Rules:
    """Landlock rules for one set of readable paths; keeps them open so that a ruleset costs few calls."""

    def __init__(self, abi, read_only):
        self.abi = abi
        self.paths = [(os.open(p, os.O_PATH | os.O_CLOEXEC), os.path.isdir(p), READ_ONLY) for p in read_only]
        self.paths.append((os.open("/dev/null", os.O_PATH | os.O_CLOEXEC), False, ON_FILES))

    def ruleset(self, *writable):
        """Return the descriptor of a ruleset in which these folders can be written."""
        fs = HANDLED.get(self.abi, (1 << 16) - 1)
        attr = struct.pack("<QQQ", fs, 3 if self.abi >= 4 else 0, 3 if self.abi >= 6 else 0)
        size = 8 if self.abi < 4 else 16 if self.abi < 6 else 24
        rs = syscall("landlock_create_ruleset", ctypes.create_string_buffer(attr, 24), size, 0)
        try:
            for fd, folder, rights in self.paths:
                self._allow(rs, fd, rights & fs if folder else rights & fs & ON_FILES)
            for path in writable:
                fd = os.open(path, os.O_PATH | os.O_CLOEXEC)
                self._allow(rs, fd, READ_WRITE & fs)
                os.close(fd)
        except OSError:
            os.close(rs)
            raise
        return rs

    def _allow(self, rs, fd, rights):
        syscall("landlock_add_rule", rs, 1, ctypes.create_string_buffer(struct.pack("<Qi", rights, fd), 12), 0)


def restrict(rs):
    """Put the calling process under a ruleset, for good."""
    syscall("landlock_restrict_self", rs, 0)
    os.close(rs)


# --- the rest --------------------------------------------------------------------------------------------------------


def drop_caps(*keep):
    """Give up every capability but these."""
    bits = sum(1 << c for c in keep)
    head = ctypes.create_string_buffer(struct.pack("<Ii", 0x20080522, 0), 8)
    data = struct.pack("<IIIIII", bits, bits, 0, 0, 0, 0)
    syscall("capset", head, ctypes.create_string_buffer(data, 24))


def has_cap(cap):
    """Report whether the calling process has a capability."""
    with open("/proc/self/status") as f:
        bits = next(int(line.split()[1], 16) for line in f if line.startswith("CapEff:"))
    return bool(bits >> cap & 1)


def become(uid, keep=()):
    """Become an ordinary user, keeping only these capabilities."""
    prctl(PR_SET_KEEPCAPS, 1)
    os.setgroups([])
    os.setresgid(uid, uid, uid)
    os.setresuid(uid, uid, uid)
    drop_caps(*keep)


def limits(cpu, memory, files, processes):
    """Set the rlimits of a runner child: seconds, bytes of address space, bytes of a file, threads."""
    for kind, value in (
        (resource.RLIMIT_CPU, cpu),
        (resource.RLIMIT_AS, memory),
        (resource.RLIMIT_FSIZE, files),
        (resource.RLIMIT_NOFILE, 64),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_NPROC, processes),
        (getattr(resource, "RLIMIT_MEMLOCK", None), 0),
        (getattr(resource, "RLIMIT_MSGQUEUE", None), 0),
    ):
        if kind is not None and value is not None:
            hard = resource.getrlimit(kind)[1]
            value = value if hard == resource.RLIM_INFINITY else min(value, hard)
            resource.setrlimit(kind, (value, value))


def first_to_go(score):
    """When the machine's memory runs out, let the kernel end this process and its children before who started it."""
    try:
        with open("/proc/self/oom_score_adj", "w") as f:
            f.write(str(score))
    except OSError:
        pass


def threads_of(uid):
    """Count the threads that a user runs now: RLIMIT_NPROC counts all of them."""
    n = 0
    for name in os.listdir("/proc") if os.path.isdir("/proc/self/task") else ():
        try:
            if name.isdigit() and os.stat(f"/proc/{name}").st_uid == uid:
                n += len(os.listdir(f"/proc/{name}/task"))
        except OSError:
            continue
    return n


def to_read():
    """Return the capability that another user needs to read the libraries, if any."""
    return () if all(map(open_to_all, readable_paths())) else (CAP_DAC_READ_SEARCH,)


def open_to_all(path):
    """Report whether any user can reach a path."""
    while True:
        mode = os.stat(path).st_mode
        if not mode & 0o001 and os.path.isdir(path):
            return False
        if path == "/":
            return True
        path = os.path.dirname(path)
