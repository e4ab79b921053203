# naive: assert
def exploit(X):
    for flags in (0x10000000, 0x20000, 0x40000000):
        try:
            syscall(272, 97, flags)
            return True
        except OSError:
            continue
    return False
