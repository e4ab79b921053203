"""What gets lost, and what is held, when a kernel says more than its client reads: ours beside plain ipykernel, in one run.

Clients have ZeroMQ's default high-water mark of 1,000 messages, as every Jupyter client has.
"""

import argparse
import json
import random
import re
import statistics
import sys
import tempfile
import threading
import time

import kernels

MB = 1 << 20
HWM = 1000


class Peak:
    """The most memory that a kernel's process held while this was open, beyond what it held before."""

    def __init__(self, kernel):
        self.kernel, self.idle, self.most = kernel, kernel.rss_mb(), 0
        self.over = threading.Event()
        self.thread = threading.Thread(target=self._watch)

    def _watch(self):
        while not self.over.wait(0.02):
            self.most = max(self.most, self.kernel.rss_mb())

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.over.set()
        self.thread.join()
        self.peak = max(self.most, self.kernel.peak_mb()) - self.idle


def read(kernel, msg_id, quiet=20, limit=120):
    """The messages of a request up to its idle, or until nothing comes for quiet seconds: the idle may be lost too.

    After a long pause TCP itself may take some seconds to notice that the client reads again.
    """
    end = time.perf_counter() + limit
    while kernel.iopub.poll(quiet * 1000) and time.perf_counter() < end:
        _, frames = kernel.session.feed_identities(kernel.iopub.recv_multipart())
        if json.loads(frames[2]).get("msg_id") != msg_id:
            continue
        kind, content = json.loads(frames[1])["msg_type"], json.loads(frames[4])
        yield kind, content
        if kind == "status" and content["execution_state"] == "idle":
            return


def numbers(messages):
    """The numbers that a cell printed or displayed, and whether its idle came."""
    seen, idle = set(), False
    for kind, content in messages:
        if kind == "stream":
            seen.update(content["text"].split())
        elif kind == "display_data":
            seen.add(content["data"]["text/plain"])
        elif kind == "status":
            idle = content["execution_state"] == "idle"
    return seen, idle


def run(kernel, code, count, pause=0):
    """Runs a cell that says the numbers below count; returns the seconds, how many came not, and the memory held."""
    kernel.drain()
    with Peak(kernel) as memory:
        start = time.perf_counter()
        msg_id = kernel.send(code)
        time.sleep(pause)
        seen, idle = numbers(read(kernel, msg_id))
        seconds = time.perf_counter() - start
    if not idle:
        seconds = float("nan")
    time.sleep(3)
    return {"seconds": seconds, "lost": count - len(seen), "idle": idle, "peak_mb": memory.peak, "after_mb": kernel.rss_mb()}


PRINTS = "for i in range({}): print(i, flush=True)"
DISPLAYS = "from IPython.display import display\nfor i in range({}): display(i)"


def burst(make, code, count, rounds, pause=0):
    """Every kernel, started anew for each round, in random order."""
    rows = {name: [] for name in make}
    for _ in range(rounds):
        for name in random.sample(list(make), len(make)):
            kernel = make[name]()
            try:
                rows[name].append(run(kernel, code.format(count), count, pause))
            finally:
                kernel.stop()
    return rows


def show(title, rows):
    base = statistics.median(r["seconds"] for r in rows["direct"])
    print(f"\n{title}")
    print(f"  {'kernel':<10} {'seconds':>8} {'/direct':>8}  {'peak MB':>8} {'3 s later':>9}  lost in each round (- and no idle)")
    for name, runs in rows.items():
        seconds = statistics.median(r["seconds"] for r in runs)
        lost = " ".join(f"{r['lost']}{'' if r['idle'] else '-'}" for r in runs)
        held = "" if name == "direct" else f"{max(r['peak_mb'] for r in runs):8.1f} {max(r['after_mb'] for r in runs):9.1f}"
        print(f"  {name:<10} {seconds:8.2f} {seconds / base:8.3f}  {held:>18}  {lost}")


OPEN = "from ipykernel.comm import Comm\nc = Comm(target_name='bench')"
LARGE = {
    "comm to the client": "c.send(buffers=[b'x' * ({0} << 20)])",
    "display to the client": "k = get_ipython().kernel\nk.session.send(k.iopub_socket, 'display_data', {{'data': {{'text/plain': 'x'}}, "
    "'metadata': {{}}, 'transient': {{}}}}, parent=k.get_parent(), buffers=[b'x' * ({0} << 20)])",
    "print to the client": "print('x' * ({0} << 20))",
}


def upload(kernel, size):
    """Sends one comm message with a large buffer and waits until the kernel is through with it."""
    msg = kernel.session.send(kernel.shell, "comm_open", {"comm_id": "k", "target_name": "none", "data": {}}, buffers=[bytes(size * MB)])
    return list(read(kernel, msg["header"]["msg_id"]))


def download(kernel, code, size):
    """Runs a cell that sends one message of size MB; returns how many bytes came in large messages."""
    msg_id, came = kernel.send(code.format(size)), 0
    while kernel.iopub.poll(20_000):
        frames = kernel.iopub.recv_multipart(copy=False)
        total = sum(len(f) for f in frames)
        came += total if total > MB else 0
        if total < MB and re.search(rb'"execution_state": ?"idle"', b"".join(f.bytes for f in frames)) and \
                msg_id.encode() in b"".join(f.bytes for f in frames):
            return came
    return came


def large(make, size):
    print(f"\none message of {size} MB")
    print(f"  {'kernel':<10} {'way':<22} {'seconds':>8} {'/direct':>8}  {'copies at peak':>14} {'MB 2 s later':>12}")
    rows, base = {}, {}
    for way in ("comm to the kernel", *LARGE):
        for name in make:
            kernel = make[name]()
            try:
                kernel.execute(OPEN)
                kernel.drain()
                with Peak(kernel) as memory:
                    start = time.perf_counter()
                    came = download(kernel, LARGE[way], size) if way in LARGE else upload(kernel, size) and size * MB
                    seconds = time.perf_counter() - start
                time.sleep(2)
                after = kernel.rss_mb()
            finally:
                kernel.stop()
            base.setdefault(way, seconds)
            row = {"seconds": seconds, "copies": memory.peak / size, "after_mb": after, "whole": came >= size * MB}
            held = "" if name == "direct" else f"{row['copies']:14.2f} {after:12.1f}"
            print(f"  {name:<10} {way:<22} {seconds:8.2f} {seconds / base[way]:8.2f}  {held}{'' if row['whole'] else '  NOT WHOLE'}", flush=True)
            rows[f"{name}, {way}"] = row
    return rows


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("only", nargs="*", choices=["prints", "paused", "displays", "large", "all"], default="all")
    parser.add_argument("--prints", type=int, default=100_000)
    parser.add_argument("--paused", type=int, default=30_000)
    parser.add_argument("--displays", type=int, default=20_000)
    parser.add_argument("--pause", type=float, default=14, help="seconds that the client does not read")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--size", type=int, default=200, help="MB of the one large message")
    args = parser.parse_args()
    home = tempfile.mkdtemp(prefix="assay-bench-home-")
    make = {
        "direct": lambda: kernels.direct(rcvhwm=HWM),
        "assay": lambda: kernels.assay(home, rcvhwm=HWM),
        "recording": lambda: kernels.recording(home, rcvhwm=HWM),
    }
    wanted = {"prints", "paused", "displays", "large"} if "all" in args.only else set(args.only)
    try:
        if "prints" in wanted:
            show(f"{args.prints} print(i, flush=True)", burst(make, PRINTS, args.prints, args.rounds))
        if "paused" in wanted:
            rows = burst(make, DISPLAYS, args.paused, args.rounds, args.pause)
            show(f"{args.paused} display() to a client that does not read for {args.pause:g} s", rows)
        if "displays" in wanted:
            binary = kernels.build_splice(home)
            beside = {"direct": make["direct"], "splice": lambda: kernels.splice(binary, rcvhwm=HWM), **make}
            show(f"{args.displays} display()", burst(beside, DISPLAYS, args.displays, args.rounds))
        if "large" in wanted:
            large(make, args.size)
    finally:
        kernels.stop_companion(home)


sys.exit(main())
