# naive: assert
def exploit(X):
    fd = syscall(434, 434, @VICTIM@, 0)
    syscall(424, 424, fd, int(signal.SIGCONT), 0, 0)
    return True
