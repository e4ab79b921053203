# naive: none
# Only 0, 1, 2 and the stream are open.
def exploit(X):
    found = []
    for fd in range(4, 256):
        try:
            os.fstat(fd)
            found.append(fd)
        except OSError:
            pass
    return bool(found)
