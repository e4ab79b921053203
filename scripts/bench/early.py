"""A client that is there before the kernel and sends its first cell at once: what it gets from ours and from plain ipykernel.

Sockets have the defaults of a Jupyter client. Starts are paired, in random order, in one run.
"""

import argparse
import collections
import json
import random
import sys
import tempfile
import time

import kernels

CODE = "print('first')\n40 + 2"


def start(kernel):
    """Sends a cell to a kernel that is about to start; returns its reply's status and what came on iopub, in order."""
    msg_id = kernel.send(CODE)
    reply = kernel.reply(kernel.shell, msg_id, 60)
    order, end = [], time.perf_counter() + 2  # plain may have lost the idle: then nothing more comes
    while kernel.iopub.poll(max(0, end - time.perf_counter()) * 1000):
        _, frames = kernel.session.feed_identities(kernel.iopub.recv_multipart())
        if json.loads(frames[2]).get("msg_id") != msg_id:
            continue
        kind, content = json.loads(frames[1])["msg_type"], json.loads(frames[4])
        order.append(content["execution_state"] if kind == "status" else kind)
        if order[-1] == "idle":
            break
    return reply["status"], order


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--starts", type=int, default=50)
    args = parser.parse_args()
    home = tempfile.mkdtemp(prefix="assay-bench-home-")
    options = {"early": True, "rcvhwm": 1000, "reconnect": 100}
    make = {"direct": lambda: kernels.direct(**options), "assay": lambda: kernels.assay(home, **options)}
    seen = {name: collections.Counter() for name in make}
    for _ in range(args.starts):
        for name in random.sample(list(make), len(make)):
            kernel = make[name]()
            try:
                status, order = start(kernel)
            except TimeoutError:
                status, order = "no reply", []
            finally:
                kernel.stop()
            seen[name][f"{status}: {' '.join(order) or 'nothing on iopub'}"] += 1
    print(f"\n{args.starts} starts with a cell that was there before the kernel")
    for name, counts in seen.items():
        for what, n in counts.most_common():
            print(f"  {name:<10} {n:>4} x {what}")


sys.exit(main())
