import errno
import os
import struct
import unittest

import locks
import syscalls

X86, ARM = (0, 0xC000003E), (1, 0xC00000B7)
ALLOW, KILL = "allow", "kill"


def run(program, arch, nr, *args):
    """Interpret a seccomp program on one system call."""
    args = [a & (1 << 64) - 1 for a in (*args, *[0] * (6 - len(args)))]
    data = struct.pack("<IIQ6Q", nr, arch, 0, *args)
    a = at = 0
    while True:
        op, yes, no, k = struct.unpack_from("<HBBI", program, 8 * at)
        at += 1
        if op == locks.LOAD:
            (a,) = struct.unpack_from("<I", data, k)
        elif op == locks.AND:
            a &= k
        elif op == locks.JEQ:
            at += yes if a == k else no
        elif op == locks.JSET:
            at += yes if a & k else no
        elif op == locks.RET:
            action = k & 0xFFFF0000
            return {0x7FFF0000: ALLOW, 0x80000000: KILL}.get(action) or errno.errorcode[k & 0xFFFF]
        else:
            raise AssertionError(f"op {op:#x}")


class Filters(unittest.TestCase):
    def setUp(self):
        self.before = locks.COLUMN, locks.AUDIT_ARCH

    def tearDown(self):
        locks.COLUMN, locks.AUDIT_ARCH = self.before

    def each(self):
        for column, arch in (X86, ARM):
            locks.COLUMN, locks.AUDIT_ARCH = column, arch
            (code, _), at = locks.child_filter()
            locks.set_pid(code, at, 4321)
            yield arch, lambda name, *a, arch=arch, code=code: run(code.raw, arch, locks.number(name), *a), code.raw

    def test_plain_calls(self):
        for arch, call, _ in self.each():
            for name in ("read", "write", "mmap", "futex", "openat", "exit_group", "getrandom"):
                self.assertEqual(call(name), ALLOW, (hex(arch), name))

    def test_denied(self):
        unknown = {0xC000003E: (41, 42, 49, 57, 58, 59, 62, 101, 130, 165, 200, 248, 272, 298, 310, 319, 321, 322, 323, 424, 425, 434, 438, 1000, 0x40000000, 0x40000001),
                   0xC00000B7: (198, 203, 200, 221, 129, 117, 97, 40, 219, 241, 270, 279, 280, 281, 282, 424, 425, 434, 438, 1000)}
        for arch, call, code in self.each():
            for nr in unknown[arch]:
                self.assertEqual(run(code, arch, nr), "EPERM", (hex(arch), nr))
            for name in ("execve", "socket", "kill", "prctl", "seccomp", "setresuid", "capset", "landlock_create_ruleset"):
                if locks.number(name) is not None:
                    self.assertEqual(call(name), "EPERM", name)

    def test_other_architectures_die(self):
        for arch, _, code in self.each():
            for other in (0x40000003, 0xC000003E, 0xC00000B7, 0x40000028):
                if other != arch:
                    self.assertEqual(run(code, other, 1), KILL)

    def test_clone(self):
        thread = 0x3D0F00
        for _, call, _ in self.each():
            self.assertEqual(call("clone", thread), ALLOW)
            self.assertEqual(call("clone", 17), "EPERM")
            self.assertEqual(call("clone", 0x10000000 | 17), "EPERM")
            self.assertEqual(call("clone3"), "ENOSYS")

    def test_signals(self):
        for _, call, _ in self.each():
            self.assertEqual(call("tgkill", 4321, 5, 6), ALLOW)
            self.assertEqual(call("tgkill", 4322, 5, 6), "EPERM")
            for cmd in (5, 6, 7, 8, 10, 15, 36, 37, 38):
                self.assertEqual(call("fcntl", 3, cmd), "EPERM")
            for cmd in (1, 2, 3, 4, 1030):
                self.assertEqual(call("fcntl", 3, cmd), ALLOW)
            self.assertEqual(call("ioctl", 3, 0x8901), "EPERM")
            self.assertEqual(call("ioctl", 3, 0x5412), "EPERM")
            self.assertEqual(call("ioctl", 3, 0x5401), ALLOW)

    def test_sockets(self):
        for _, call, _ in self.each():
            self.assertEqual(call("socketpair", 1, 1), ALLOW)
            self.assertEqual(call("socketpair", 1, 1 | 0x80000), ALLOW)
            for args in ((1, 2), (1, 5), (2, 1), (1, 2 | 0x80000)):
                self.assertEqual(call("socketpair", *args), "EPERM", args)
            self.assertEqual(call("sendto", 3, 1, 1, 0, 0, 0), ALLOW)
            self.assertEqual(call("sendto", 3, 1, 1, 0, 0x7F00, 0), "EPERM")
            self.assertEqual(call("sendto", 3, 1, 1, 0, 1 << 40, 0), "EPERM")

    def test_limits(self):
        for _, call, _ in self.each():
            self.assertEqual(call("prlimit64", 0, 7, 0, 0x7F00), ALLOW)
            self.assertEqual(call("prlimit64", 0, 7, 0x7F00, 0), "EPERM")
            self.assertEqual(call("prlimit64", 0, 7, 1 << 40, 0), "EPERM")
            self.assertEqual(call("prlimit64", 99, 7, 0, 0x7F00), "EPERM")

    def test_zygote(self):
        for column, arch in (X86, ARM):
            locks.COLUMN, locks.AUDIT_ARCH = column, arch
            code, _ = locks.zygote_filter()
            for name, args, want in (
                ("clone", (17,), ALLOW), ("clone", (0x10000000 | 17,), "EPERM"), ("clone3", (), "ENOSYS"), ("prctl", (), ALLOW), ("wait4", (), ALLOW),
                ("setresuid", (), ALLOW),
            ):
                self.assertEqual(run(code.raw, arch, locks.number(name), *args), want, name)
            for nr in {0xC000003E: (59, 322, 41, 42, 62, 101, 165, 272, 310), 0xC00000B7: (221, 281, 198, 203, 129, 117, 40, 97, 270)}[arch]:
                self.assertEqual(run(code.raw, arch, nr), "EPERM", nr)

    def test_tables(self):
        for table in (syscalls.PLAIN, syscalls.CHECKED, syscalls.ZYGOTE):
            self.assertTrue(all(len(v) == 2 for v in table.values()))
        for column in (0, 1):
            numbers = [v[column] for t in (syscalls.PLAIN, syscalls.CHECKED, syscalls.ZYGOTE) for v in t.values() if v[column] is not None]
            self.assertEqual(len(numbers), len(set(numbers)))


class Paths(unittest.TestCase):
    def test_no_programs(self):
        for path in locks.readable_paths():
            self.assertNotIn(os.path.basename(path), ("bin", "sbin", "local"))
            self.assertNotIn(path, ("/", "/usr", "/etc", "/root", "/home", "/tmp"))


if __name__ == "__main__":
    unittest.main()
