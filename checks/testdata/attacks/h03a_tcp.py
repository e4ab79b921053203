# naive: assert
def exploit(X):
    with socket.create_connection(("127.0.0.1", @TCP@), timeout=1) as s:
        s.sendall(b"LEAK")
    return True
