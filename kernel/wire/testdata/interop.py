"""The libzmq side of interop_test.go: `interop.py client ROUTER PUB` or `interop.py server`."""

import os
import sys
import time

import zmq

SAMPLE = [b"", b"x", b"y" * 255, b"z" * 256, b"\0" * 70_000, b"w" * 3_000_000, b""]


def socket(kind, identity=b"", **options):
    s = zmq.Context.instance().socket(kind)
    s.linger = 2000
    s.rcvtimeo = 10_000
    s.rcvhwm = 0
    if identity:
        s.identity = identity
    for name, value in options.items():
        setattr(s, name, value)
    return s


def check(ok, what):
    if not ok:
        sys.exit(f"failed: {what}")


def dealer(router, identity, **options):
    s = socket(zmq.DEALER, identity, **options)
    s.connect(router)
    return s


def test_echo(router):
    for identity in (b"plain", bytes([1, 0, 255]) * 60, b""):
        d = dealer(router, identity)
        for _ in range(20):
            d.send_multipart(SAMPLE)
        for _ in range(20):
            check(d.recv_multipart() == SAMPLE, f"echo to {identity!r}")
        d.close()


def test_heartbeat_channel(router):
    """A REQ as jupyter_client uses it: its empty delimiter has to come back too."""
    r = socket(zmq.REQ)
    r.connect(router)
    for _ in range(3):
        r.send(b"ping")
        check(r.recv() == b"ping", "REQ")
    r.close()


def test_ping(router):
    """A client that sends PINGs must not be disconnected for want of a PONG."""
    d = dealer(router, b"pinging", heartbeat_ivl=50, heartbeat_timeout=200)
    monitor = d.get_monitor_socket(zmq.EVENT_DISCONNECTED | zmq.EVENT_CLOSED)
    d.send(b"hello")
    check(d.recv() == b"hello", "before the pings")
    check(not monitor.poll(1500), "disconnected although it was to answer PING")
    d.send(b"again")
    check(d.recv() == b"again", "after the pings")
    d.disable_monitor()
    d.close()


def test_takeover(router):
    """The newest connection under an identity gets the answers."""
    old = dealer(router, b"twin")
    old.send(b"1")
    check(old.recv() == b"1", "first twin")
    new = dealer(router, b"twin", reconnect_ivl=-1)
    new.send(b"2")
    check(new.recv() == b"2", "second twin")
    old.close(0)
    new.close(0)


def test_pub(router, pub):
    ctl = dealer(router, b"ctl")
    everything, some = socket(zmq.SUB), socket(zmq.SUB)
    everything.subscribe(b"")
    some.subscribe(b"stat")
    some.subscribe(b"never")
    for s in (everything, some):
        s.connect(pub)
    for s in (everything, some):  # the publisher greets each new topic
        check(s.recv_multipart()[1:] == [b"welcome"], "greeting")
    time.sleep(0.2)
    while some.poll(0) or everything.poll(0):
        some.recv_multipart(zmq.NOBLOCK) if some.poll(0) else everything.recv_multipart(zmq.NOBLOCK)
    n = 20_000
    ctl.send_multipart([b"publish", b"stream", str(n).encode()])
    ctl.send_multipart([b"publish", b"status", b"10"])
    for i in range(n):
        m = everything.recv_multipart()
        check(m[:2] == [b"stream", str(i).encode()], f"message {i} is {m}")
    for i in range(10):
        m = some.recv_multipart()
        check(m[:2] == [b"status", str(i).encode()], f"topic message {i} is {m}")
    some.unsubscribe(b"stat")
    time.sleep(0.2)
    ctl.send_multipart([b"publish", b"status", b"1"])
    check(not some.poll(300), "still subscribed")
    for s in (ctl, everything, some):
        s.close(0)


def client(router, pub):
    test_echo(router)
    test_heartbeat_channel(router)
    test_ping(router)
    test_takeover(router)
    test_pub(router, pub)


def server():
    """A kernel's sockets as ipykernel makes them: a ROUTER that echoes and an XPUB."""
    router = socket(zmq.ROUTER, router_handover=1)
    xpub = socket(zmq.XPUB, sndhwm=0, rcvtimeo=10_000)
    ports = [s.bind_to_random_port("tcp://127.0.0.1") for s in (router, xpub)]
    print(*ports, flush=True)
    check(xpub.recv() == b"\x01", "subscription to everything")
    check(xpub.recv() == b"\x01status", "subscription to a topic")
    poller = zmq.Poller()
    poller.register(router, zmq.POLLIN)
    while True:
        check(poller.poll(10_000), "nothing to do")
        m = router.recv_multipart()
        if m[1:2] == [b"flood"]:
            for i in range(int(m[2])):
                xpub.send_multipart([b"stream", str(i).encode(), b"x" * 200])
        elif m[1:2] == [b"die"]:
            router.send_multipart([m[0], b"last words"])
            time.sleep(0.1)
            os.kill(os.getpid(), 9)
        else:
            router.send_multipart(m)


if __name__ == "__main__":
    if sys.argv[1] == "client":
        client(*sys.argv[2:])
        print("ok")
    else:
        server()
