"""System call numbers, (x86-64, aarch64), and which of them a runner may make.

An allow-list: whatever is not named here fails with EPERM, so a kernel's new calls are closed from the start.
"""

# Allowed with any arguments: what numpy, pandas, matplotlib, asyncio and threads need, and nothing that reaches
# another process, the network or the file system's administration.
PLAIN = {
    "read": (0, 63), "write": (1, 64), "readv": (19, 65), "writev": (20, 66), "pread64": (17, 67),
    "pwrite64": (18, 68), "close": (3, 57), "fstat": (5, 80), "newfstatat": (262, 79), "stat": (4, None),
    "lstat": (6, None), "statx": (332, 291), "lseek": (8, 62), "openat": (257, 56), "open": (2, None),
    "getdents64": (217, 61), "readlink": (89, None), "readlinkat": (267, 78), "access": (21, None),
    "faccessat": (269, 48), "faccessat2": (439, 439), "dup": (32, 23), "dup2": (33, None), "dup3": (292, 24),
    "pipe2": (293, 59), "poll": (7, None), "ppoll": (271, 73), "select": (23, None), "pselect6": (270, 72),
    "epoll_create1": (291, 20), "epoll_ctl": (233, 21), "epoll_wait": (232, None), "epoll_pwait": (281, 22),
    "eventfd2": (290, 19), "recvfrom": (45, 207), "sendmsg": (46, 211), "recvmsg": (47, 212), "shutdown": (48, 210),
    "mmap": (9, 222), "munmap": (11, 215), "mremap": (25, 216), "mprotect": (10, 226), "madvise": (28, 233),
    "brk": (12, 214), "mbind": (237, 235), "get_mempolicy": (239, 236), "membarrier": (324, 283),
    "futex": (202, 98), "set_robust_list": (273, 99), "get_robust_list": (274, 100), "rseq": (334, 293),
    "arch_prctl": (158, None), "set_tid_address": (218, 96), "sched_yield": (24, 124),
    "sched_getaffinity": (204, 123), "sched_getparam": (143, 121), "sched_getscheduler": (145, 120),
    "getpriority": (140, 141), "clock_gettime": (228, 113), "clock_getres": (229, 114),
    "clock_nanosleep": (230, 115), "nanosleep": (35, 101), "gettimeofday": (96, 169), "time": (201, None),
    "times": (100, 153), "getrusage": (98, 165), "getrlimit": (97, 163), "sysinfo": (99, 179), "uname": (63, 160),
    "getrandom": (318, 278), "getpid": (39, 172), "getppid": (110, 173), "gettid": (186, 178), "getuid": (102, 174),
    "geteuid": (107, 175), "getgid": (104, 176), "getegid": (108, 177), "getgroups": (115, 158), "getcwd": (79, 17),
    "chdir": (80, 49), "umask": (95, 166), "mkdir": (83, None), "unlink": (87, None), "unlinkat": (263, 35),
    "rename": (82, None), "rmdir": (84, None), "ftruncate": (77, 46), "fsync": (74, 82), "fdatasync": (75, 83),
    "getcpu": (309, 168), "rt_sigaction": (13, 134), "rt_sigprocmask": (14, 135),
    "rt_sigreturn": (15, 139), "sigaltstack": (131, 132), "setitimer": (38, 103), "alarm": (37, None),
    "restart_syscall": (219, 128), "exit": (60, 93), "exit_group": (231, 94), "wait4": (61, 260),
    "mkdirat": (258, 34), "renameat": (264, 38), "renameat2": (316, 276),
}

# Allowed only with the arguments that locks.py checks.
CHECKED = {
    "clone": (56, 220), "clone3": (435, 435), "fcntl": (72, 25), "ioctl": (16, 29), "tgkill": (234, 131),
    "sendto": (44, 206), "socketpair": (53, 199), "prlimit64": (302, 261),
}

# What the zygote needs besides, to fork and lock its children.
ZYGOTE = {
    "fork": (57, None), "prctl": (157, 167), "seccomp": (317, 277), "close_range": (436, 436),
    "landlock_create_ruleset": (444, 444), "landlock_add_rule": (445, 445), "landlock_restrict_self": (446, 446),
    "capget": (125, 90), "capset": (126, 91), "setresuid": (117, 147), "setresgid": (119, 149),
    "setgroups": (116, 159), "pidfd_open": (434, 434), "waitid": (247, 95), "setrlimit": (160, 164),
    "setsid": (112, 157), "chown": (92, None), "fchown": (93, 55), "fchownat": (260, 54), "chmod": (90, None),
    "fchmod": (91, 52), "fchmodat": (268, 53),
}
