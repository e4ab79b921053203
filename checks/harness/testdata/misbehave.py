"""A zygote that misbehaves once: the file "orders" beside it says how, and at which message.

Tests put it in the place of the real one, which is then called honest. Without orders it is as good as that.
"""

import json
import os
import socket
import time

import honest

HERE = os.path.dirname(os.path.abspath(__file__))


def orders():
    """Take the orders, so that the next zygote finds none."""
    try:
        with open(os.path.join(HERE, "orders")) as f:
            got = json.load(f)
    except FileNotFoundError:
        return {"at": None}
    os.unlink(os.path.join(HERE, "orders"))
    return got


class Zygote(honest.Zygote):
    """Sends what it is told to in place of one message."""

    def __init__(self, sock):
        super().__init__(sock)
        self.orders = orders()
        self.seen = 0

    def send(self, message):
        self.seen += self.orders["at"] in message
        if self.orders["at"] not in message or self.seen != self.orders["nth"]:
            return self.say(message)
        self.seen += 1
        try:
            getattr(self, self.orders["how"])(message)
        except OSError:  # it is hung up on
            time.sleep(60)

    def say(self, message, *fds):
        if fds:
            socket.send_fds(self.sock, [json.dumps(message).encode() + b"\n"], fds)
        else:
            super().send(message)

    def raw(self, text):
        self.sock.sendall(text)

    def twice(self, m):
        self.say(m)
        self.say(m)

    def late(self, m):
        time.sleep(60)

    def hidden(self, m):
        pass

    def closed(self, m):
        self.sock.close()
        time.sleep(60)

    # Processes that are not what they are said to be.

    def foreign(self, m):
        self.say({**m, "pid": self.orders["victim"]})

    def grader(self, m):
        self.say({**m, "pid": os.getppid()})

    def init(self, m):
        self.say({**m, "pid": 1})

    def itself(self, m):
        self.say({**m, "pid": os.getpid()})

    def sibling(self, m):
        self.say({**m, "pid": min(self.children)})

    def negative_pid(self, m):
        self.say({**m, "pid": -self.orders["victim"]})

    def no_process(self, m):
        self.say({**m, "pid": 0})

    # Children that are not there.

    def unknown(self, m):
        self.say({**m, self.orders["at"]: m[self.orders["at"]] + 1000})

    def negative(self, m):
        self.say({**m, self.orders["at"]: -m[self.orders["at"]]})

    def nobody(self, m):
        self.say({**m, self.orders["at"]: 0})

    def end_first(self, m):
        self.say({"exit": m["forked"], "status": 0, "cpu": 0, "maxrss_kb": 0})
        self.say(m)

    def end_while_it_lives(self, m):
        self.say(m)
        self.say({"exit": m["forked"], "status": 0, "cpu": 0, "maxrss_kb": 0})

    # Ends that cannot be.

    def negative_status(self, m):
        self.say({**m, "status": -1})

    def stopped(self, m):
        self.say({**m, "status": 0x137F})

    def negative_time(self, m):
        self.say({**m, "cpu": -1})

    def endless_time(self, m):
        self.say({**m, "cpu": 1e300})

    def negative_memory(self, m):
        self.say({**m, "maxrss_kb": -1})

    # Lines and descriptors.

    def both(self, m):
        self.say({**m, "exit": m["forked"], "status": 0, "cpu": 0, "maxrss_kb": 0})

    def ready_again(self, m):
        self.say({"ready": {"versions": {}, "level": "L2", "layers": [], "readable": [], "tasks": 1, "seconds": 0}})
        self.say(m)

    def error_now(self, m):
        self.say({"error": "no"})
        self.say(m)

    def before_ready(self, m):
        self.say({"forked": 1, "pid": 0})
        self.say(m)

    def no_json(self, m):
        self.raw(b'{"forked": 1, \n')

    def no_object(self, m):
        self.raw(b"[1]\n")

    def other_types(self, m):
        self.raw(b'{"forked": "1", "pid": []}\n')

    def empty_line(self, m):
        self.raw(b"\n")

    def long_line(self, m):
        while True:
            self.raw(b" " * 65536)

    def descriptor(self, m):
        self.say(m, 0)

    def very_many_descriptors(self, m):
        self.say(m, *[0] * 200)


def main():
    honest.Zygote = Zygote
    honest.main()
