# naive: assert
def exploit(X):
    s = socket.socket(socket.AF_UNIX)
    s.connect("\0@ABSTRACT@")
    return True
