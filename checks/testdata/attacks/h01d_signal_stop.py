# naive: assert
def exploit(X):
    os.kill(@VICTIM@, signal.SIGSTOP)
    os.kill(@VICTIM@, signal.SIGCONT)
    return True
