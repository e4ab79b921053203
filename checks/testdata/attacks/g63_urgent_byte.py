# naive: none
# A byte out of band in the middle of the frame, and the rest one by one for as long as somebody waits.
STREAM = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM, 0, fileno=os.dup(3))


def solve(X):
    reply = frame(b'{"t":"ok","x":[[1.0,2.0]]}')
    os.write(3, reply[:5])
    try:
        STREAM.send(b"!", socket.MSG_OOB)
    except OSError:
        pass
    for i in range(5, len(reply)):
        time.sleep(0.05)
        os.write(3, reply[i : i + 1])
    while True:
        time.sleep(0.05)
        os.write(3, b"x")
