# naive: assert
def exploit(X):
    params = ctypes.create_string_buffer(120)
    try:
        return syscall(425, 425, 4, params) >= 0
    except OSError as e:
        return bool("@NAIVE@") and e.errno in (errno.EPERM, errno.ENOSYS, errno.ENOMEM)  # some kernels forbid it to all, rlimits to users
