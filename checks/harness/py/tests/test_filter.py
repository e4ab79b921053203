"""Every system call there is, through both filters, on both architectures.

The filters are interpreted here, so that the one for aarch64 is checked on any machine. Linux 6.1 on an emulated aarch64
machine decided as the interpreter does, for every call; no aarch64 hardware has run them yet.
"""

import os
import re
import unittest

import locks
import syscalls
from test_locks import ALLOW, ARM, KILL, X86, run

PID = 4321
THREAD = 0x3D0F00  # the flags of pthread_create
HIGHEST = 1024  # beyond the newest call's number
X32 = 0x40000000

# Arguments that pass and arguments that do not, for the calls that are allowed in part.
CHILD = {
    "clone": ([(THREAD,)], [(17,), (0x10000000 | 17,), (0x7E020080,), (0,)], "EPERM"),
    "clone3": ([], [(), (0x7F00, 88)], "ENOSYS"),
    "fcntl": ([(3, 1), (3, 3)], [(3, 8, 99), (3, 10, 9), (3, 15), (3, 5), (3, 6), (3, 7), (3, 36), (3, 37), (3, 38)], "EPERM"),
    "ioctl": ([(3, 0x5401)], [(3, 0x8901), (3, 0x8902), (3, 0x5412), (3, 0x541C)], "EPERM"),
    "tgkill": ([(PID, 5, 6)], [(PID + 1, 5, 6), (0, 5, 6), (1, 1, 9)], "EPERM"),
    "sendto": ([(3, 1, 1, 0, 0, 0)], [(3, 1, 1, 0, 0x7F00, 0), (3, 1, 1, 0, 1 << 40, 0)], "EPERM"),
    "socketpair": ([(1, 1)], [(1, 2), (1, 3), (1, 5), (2, 1), (10, 1), (16, 3)], "EPERM"),
    "prlimit64": ([(0, 7, 0, 0x7F00)], [(0, 7, 0x7F00, 0), (0, 7, 1 << 40, 0), (99, 7, 0, 0x7F00)], "EPERM"),
}
ZYGOTE = {
    "clone": ([(17,), (THREAD,)], [(0x10000000 | 17,), (0x00020000 | 17,), (0x40000000 | 17,), (0x20000000 | 17,)], "EPERM"),
    "clone3": ([], [(), (0x7F00, 88)], "ENOSYS"),
}

# What must never pass, by numbers of the kernel's own tables rather than ours.
FORBIDDEN = {
    "execve": (59, 221), "execveat": (322, 281), "ptrace": (101, 117), "socket": (41, 198), "connect": (42, 203), "bind": (49, 200),
    "accept4": (288, 242), "sendmmsg": (307, 269), "kill": (62, 129), "tkill": (200, 130), "rt_sigqueueinfo": (129, 138),
    "rt_tgsigqueueinfo": (297, 240), "pidfd_send_signal": (424, 424), "pidfd_getfd": (438, 438), "process_vm_readv": (310, 270),
    "process_vm_writev": (311, 271), "process_madvise": (440, 440), "kcmp": (312, 272), "io_uring_setup": (425, 425),
    "io_uring_enter": (426, 426), "io_uring_register": (427, 427), "unshare": (272, 97), "setns": (308, 268), "mount": (165, 40),
    "umount2": (166, 39), "pivot_root": (155, 41), "chroot": (161, 51), "bpf": (321, 280), "perf_event_open": (298, 241),
    "userfaultfd": (323, 282), "keyctl": (250, 219), "add_key": (248, 217), "memfd_create": (319, 279), "memfd_secret": (447, 447),
    "open_by_handle_at": (304, 265), "name_to_handle_at": (303, 264), "symlinkat": (266, 36), "linkat": (265, 37), "mknodat": (259, 33),
    "init_module": (175, 105), "finit_module": (313, 273), "reboot": (169, 142), "swapon": (167, 224), "iopl": (172, None),
    "ioperm": (173, None), "vfork": (58, None), "modify_ldt": (154, None), "personality": (135, 92), "sched_setaffinity": (203, 122),
    "setpriority": (141, 140), "ioprio_set": (251, 30), "shmget": (29, 194), "shmat": (30, 196), "msgget": (68, 186),
    "mq_open": (240, 180), "inotify_init1": (294, 26), "fanotify_init": (300, 262), "timer_create": (222, 107),
    "splice": (275, 76), "vmsplice": (278, 75), "sendfile": (40, 71), "quotactl": (179, 60), "acct": (163, 89),
    "flock": (73, 32), "syslog": (103, 116), "clock_settime": (227, 112), "settimeofday": (164, 170), "sethostname": (170, 161),
    "open_tree": (428, 428), "fsopen": (430, 430), "openat2": (437, 437), "mseal": (462, 462),
}


class EveryCall(unittest.TestCase):
    def setUp(self):
        before = locks.COLUMN, locks.AUDIT_ARCH
        self.addCleanup(lambda: (setattr(locks, "COLUMN", before[0]), setattr(locks, "AUDIT_ARCH", before[1])))

    def filters(self):
        """Yield both programs for both architectures, with the calls they let through whatever the arguments, and those in part."""
        for column, arch in (X86, ARM):
            locks.COLUMN, locks.AUDIT_ARCH = column, arch
            (child, _), at = locks.child_filter()
            locks.set_pid(child, at, PID)
            zygote, _ = locks.zygote_filter()
            for code, tables, partly in (
                (child.raw, (syscalls.PLAIN,), CHILD), (zygote.raw, (syscalls.PLAIN, syscalls.CHECKED, syscalls.ZYGOTE), ZYGOTE),
            ):
                whole = {v[column] for t in tables for name, v in t.items() if name not in partly} - {None}
                yield column, arch, code, whole, {locks.number(name): rule for name, rule in partly.items()}

    def test_every_number(self):
        shapes = [(), (0,) * 6, (1, 1, 1, 1, 1, 1), ((1 << 64) - 1,) * 6, (PID, 9, 0x7F00, 1 << 40, 16, 8)]
        for _, arch, code, whole, partly in self.filters():
            for nr in range(HIGHEST):
                if nr in partly:
                    good, bad, refusal = partly[nr]
                    self.assertEqual({run(code, arch, nr, *a) for a in good} - {ALLOW}, set(), (hex(arch), nr))
                    self.assertEqual({run(code, arch, nr, *a) for a in bad}, {refusal}, (hex(arch), nr))
                    continue
                want = ALLOW if nr in whole else "EPERM"
                self.assertEqual({run(code, arch, nr, *a) for a in shapes}, {want}, (hex(arch), nr))

    def test_numbers_that_are_none(self):
        for _, arch, code, whole, _ in self.filters():
            for nr in [*(nr | X32 for nr in range(HIGHEST)), *(nr | 1 << 31 for nr in whole), 0xFFFFFFFF, X32 + 512, 0x7FFFFFFF]:
                self.assertEqual(run(code, arch, nr), "EPERM", (hex(arch), hex(nr)))

    def test_other_architectures(self):
        foreign = {"i386": 0x40000003, "x86-64": X86[1], "arm": 0x40000028, "aarch64": ARM[1], "riscv64": 0xC00000F3, "none": 0}
        for _, arch, code, _, _ in self.filters():
            for name, other in foreign.items():
                if other != arch:
                    self.assertEqual({run(code, other, nr) for nr in range(HIGHEST)}, {KILL}, (hex(arch), name))

    def test_forbidden(self):
        for column, arch, code, _, _ in self.filters():
            for name, numbers in FORBIDDEN.items():
                if numbers[column] is not None:
                    self.assertEqual(run(code, arch, numbers[column], 1, 1, 1, 1, 1, 1), "EPERM", (hex(arch), name))

    def test_every_name_is_tried(self):
        self.assertEqual(set(CHILD), set(syscalls.CHECKED))


class Numbers(unittest.TestCase):
    """A wrong number in our table would allow another call; the system's headers know better."""

    HEADERS = (("/usr/include/x86_64-linux-gnu/asm/unistd_64.h", 0), ("/usr/include/asm/unistd_64.h", 0), ("/usr/include/asm-generic/unistd.h", 1))

    def test_headers(self):
        found = [(path, column) for path, column in self.HEADERS if os.path.exists(path)]
        if not found:
            self.skipTest("no kernel headers here")
        for path, column in found:
            with open(path) as f:
                known = {m[2]: int(m[3]) for m in re.finditer(r"^#define __NR(3264)?_(\w+)\s+(\d+)$", f.read(), re.M)}
            self.assertGreater(len(known), 250, path)
            ours = {n: v[column] for t in (syscalls.PLAIN, syscalls.CHECKED, syscalls.ZYGOTE) for n, v in t.items()}
            for name, number in [*ours.items(), *((n, v[column]) for n, v in FORBIDDEN.items())]:
                known.setdefault("newfstatat", known.get("fstatat"))  # as asm-generic has it
                self.assertEqual(number, known.get(name, number if name in NEWER else None), (path, name))


# Calls that older headers do not name.
NEWER = {"memfd_secret", "mseal"}


if __name__ == "__main__":
    unittest.main()
