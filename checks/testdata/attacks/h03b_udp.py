# naive: assert
def exploit(X):
    s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    return s.sendto(b"LEAK", ("127.0.0.1", @TCP@)) == 4
