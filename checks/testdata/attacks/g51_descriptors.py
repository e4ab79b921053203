# naive: assert
# More open descriptors than an answer can need.
def exploit(X):
    opened = []
    try:
        while len(opened) < 200:
            opened.append(os.dup(0))
    except OSError:
        pass
    finally:
        for fd in opened:
            os.close(fd)
    return len(opened) == 200
