# naive: assert
def exploit(X):
    pid = syscall(56, 220, 17, 0, 0, 0, 0)
    if pid == 0:
        os._exit(0)
    os.waitpid(pid, 0)
    return True
