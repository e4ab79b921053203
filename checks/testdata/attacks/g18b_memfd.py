# naive: assert
def exploit(X):
    return os.ftruncate(os.memfd_create("x"), 1 << 20) is None
