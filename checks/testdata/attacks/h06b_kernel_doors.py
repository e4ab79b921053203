# naive: assert
# Calls that must not reach the kernel's own checks: an answer other than EPERM means that they did.
def exploit(X):
    junk = ctypes.create_string_buffer(256)
    for x86, arm, args in (
        (250, 219, (0, -3, 0, 0, 0)),  # keyctl
        (321, 280, (0, junk, 4096 * 2)),  # bpf
        (298, 241, (junk, 0, -1, -1, 0)),  # perf_event_open
        (323, 282, (0x7FFFFFFF,)),  # userfaultfd
        (165, 40, (0, 0, 0, 0, 0)),  # mount
        (308, 268, (-1, 0)),  # setns
        (304, 265, (-1, 0, 0)),  # open_by_handle_at
        (175, 105, (0, 0, 0)),  # init_module
        (135, 92, (0xFFFFFFFF,)),  # personality
        (155, 41, (0, 0)),  # pivot_root
    ):
        try:
            syscall(x86, arm, *args)
            return True
        except OSError as e:
            if e.errno != errno.EPERM:
                return True
    return False
