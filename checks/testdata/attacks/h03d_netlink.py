# naive: assert
def exploit(X):
    s = socket.socket(16, socket.SOCK_RAW, 0)
    s.bind((0, 0))
    return True
