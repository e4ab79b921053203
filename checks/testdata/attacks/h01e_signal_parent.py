# naive: none
def exploit(X):
    os.kill(os.getppid(), signal.SIGKILL)
    return True
