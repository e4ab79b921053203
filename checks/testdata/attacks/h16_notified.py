# naive: assert
# The older way to be told of what others do in a folder: a signal for each file that they open.
import fcntl
import tempfile


def exploit(X):
    told = []
    signal.signal(signal.SIGUSR1, lambda *_: told.append(1))
    folder = tempfile.mkdtemp()
    fd = os.open(folder, os.O_RDONLY)
    try:
        fcntl.fcntl(fd, 10, signal.SIGUSR1)  # F_SETSIG
    except OSError:
        signal.signal(signal.SIGIO, lambda *_: told.append(1))
    fcntl.fcntl(fd, 1026, 0x4 | 0x80000000 - (1 << 32))  # F_NOTIFY: DN_CREATE, and again
    open(folder + "/x", "w").close()
    time.sleep(0.01)
    return bool(told)
