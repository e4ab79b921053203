# naive: assert
def exploit(X):
    try:
        os.chroot("/")
        return True
    except OSError as e:
        return bool("@NAIVE@") and os.getuid() != 0
