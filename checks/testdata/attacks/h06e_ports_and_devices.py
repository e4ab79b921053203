# naive: assert
def exploit(X):
    for path in ("/dev/zero", "/etc/passwd", "/etc/hostname", "/proc/1/cmdline", "/proc/self/maps", "/sys/kernel", "/bin/sh", "/usr/bin"):
        try:
            os.close(os.open(path, os.O_RDONLY))
            return True
        except OSError:
            continue
    return False
