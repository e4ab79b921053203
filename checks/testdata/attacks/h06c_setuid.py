# naive: assert
def exploit(X):
    uid = os.getuid()
    try:
        os.setuid(0)
        return True
    except OSError:
        return bool("@NAIVE@") and uid != 0
