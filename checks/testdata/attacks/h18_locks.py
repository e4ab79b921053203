# naive: assert
# A lock on a file that everybody may read tells whoever asks, in any process and any namespace, one bit for each of its
# bytes: another process of the same answer, another answer, or a shell outside; F_GETLK names the holder's process, too.
import fcntl


def exploit(X):
    with open(os.__file__, "rb") as f:
        for lock in (lambda: fcntl.lockf(f, fcntl.LOCK_SH | fcntl.LOCK_NB, 1, 7), lambda: fcntl.flock(f, fcntl.LOCK_SH | fcntl.LOCK_NB),
                     lambda: fcntl.fcntl(f, fcntl.F_GETLK, struct.pack("hhqqi4x", fcntl.F_WRLCK, 0, 0, 1, 0)),
                     lambda: fcntl.fcntl(f, 37, struct.pack("hhqqi4x", fcntl.F_RDLCK, 0, 0, 1, 0))):  # F_OFD_SETLK
            try:
                lock()
                return True
            except OSError:
                pass
    return False
