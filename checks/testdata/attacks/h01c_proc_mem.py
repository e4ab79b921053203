# naive: assert
def exploit(X):
    for pid in (@VICTIM@, os.getppid()):
        for name in ("mem", "environ", "maps", "cmdline"):
            try:
                with open("/proc/%d/%s" % (pid, name), "rb"):
                    return True
            except OSError:
                continue
    return False
