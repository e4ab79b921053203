# naive: none
# Descriptors along with the answer, and sockets within sockets: whoever reads the stream must not keep any of them.
import array

STREAM = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM, 0, fileno=os.dup(3))
SENT = [os.open("/dev/null", os.O_RDWR) for _ in range(20)]


def send(to, data, fds):
    to.sendmsg([data], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", fds))])


def solve(X):
    a, b = socket.socketpair()
    for s in (a, b):
        send(a, b"x", [s.fileno()])
    reply = frame(b'{"t":"ok","x":[[1.0,2.0]]}')
    for i in range(len(reply)):
        send(STREAM, reply[i : i + 1], [*SENT, a.fileno(), b.fileno(), 3])
    os.read(3, 1 << 20)  # the next request is not for the driver either
    time.sleep(5)
