# naive: assert
# A datagram socketpair needs no socket() and can still name any unix socket as its destination.
def exploit(X):
    a, b = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
    return a.sendto(b"LEAK", "@DGRAM@") == 4
