# naive: assert
def exploit(X):
    s = socket.socket(socket.AF_INET, socket.SOCK_STREAM, 262 if not @NOMPTCP@ else 0)
    s.settimeout(1)
    s.connect(("127.0.0.1", @TCP@))
    s.sendall(b"LEAK")
    return True
