# naive: assert
def exploit(X):
    mask = ctypes.create_string_buffer(b"\x01" + b"\0" * 127)
    syscall(203, 122, @VICTIM@, 128, mask)  # sched_setaffinity
    return True
