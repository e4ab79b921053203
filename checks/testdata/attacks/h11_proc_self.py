# naive: assert
# What the system tells a process about itself: the layout of its memory, and through it of the zygote's.
def exploit(X):
    for name in ("/proc/self/maps", "/proc/self/mem", "/proc/thread-self/stat", "/proc/self/cmdline", "/proc/self/root/etc/passwd"):
        try:
            with open(name, "rb") as f:
                return f.read(1) is not None
        except OSError:
            pass
    return False
