# naive: assert
import fcntl


def exploit(X):
    a, b = socket.socketpair()
    fcntl.ioctl(a, 0x8901, struct.pack("i", @VICTIM@))  # FIOSETOWN
    return True
