# naive: assert
# A lease on a file keeps whoever opens it next waiting, for up to 45 seconds, and sends a signal of our choice: a
# child that is its files' owner could hold one on each library that the next process will import.
import fcntl
import tempfile


def exploit(X):
    with tempfile.NamedTemporaryFile() as f:
        with open(f.name, "rb") as again:
            f.close()
            fcntl.fcntl(again, 1024, fcntl.F_RDLCK)  # F_SETLEASE
            held = fcntl.fcntl(again, 1025) == fcntl.F_RDLCK  # F_GETLEASE
            fcntl.fcntl(again, 1024, fcntl.F_UNLCK)
    return held
