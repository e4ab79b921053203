"""Kernels to compare, each started the way Jupyter starts one and driven over raw sockets.

A raw client keeps the client's own cost small and equal: jupyter_client's channels add threads and queues.
"""

import json
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time

import zmq
from jupyter_client.session import Session

ROOT = pathlib.Path(__file__).resolve().parents[2]
ASSAY = pathlib.Path(os.environ.get("ASSAY_BINARY", ROOT / "bin" / "assay"))
PORTS = ("shell_port", "iopub_port", "stdin_port", "control_port", "hb_port")


def free_ports(count):
    """Ports that nobody has. Sockets of ZeroMQ would not do: they close a little later, and a client that connects meanwhile gives up."""
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [s.getsockname()[1] for s in sockets]
    for s in sockets:
        s.close()
    return ports


class Kernel:
    """One running kernel. metadata goes with every execute_request, as JupyterLab sends a cell's metadata.

    The client's sockets are there before the kernel. It lets rcvhwm messages wait (0: any number) and tries to connect
    every reconnect milliseconds; early means that the caller waits for the first reply.
    """

    def __init__(self, name, argv, metadata=None, env=None, rcvhwm=0, reconnect=5, early=False):
        self.name, self.metadata, self.rcvhwm, self.reconnect = name, metadata or {}, rcvhwm, reconnect
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="assay-bench-"))
        self.file = self.folder / "kernel-bench.json"
        self.info = dict(zip(PORTS, free_ports(len(PORTS))), ip="127.0.0.1", transport="tcp", key="bench-key",
                         signature_scheme="hmac-sha256", kernel_name=name)
        self.file.write_text(json.dumps(self.info))
        self.session = Session(key=b"bench-key")
        self.shell = self._connect(zmq.DEALER, "shell_port", {zmq.IDENTITY: self.session.bsession})
        self.control = self._connect(zmq.DEALER, "control_port", {zmq.IDENTITY: self.session.bsession})
        self.iopub = self._connect(zmq.SUB, "iopub_port", {zmq.SUBSCRIBE: b""})
        self.hb = self._connect(zmq.REQ, "hb_port", {})
        self.started = time.perf_counter()
        argv = [str(self.file) if a == "{file}" else a for a in argv]
        env = dict(os.environ, JPY_PARENT_PID=str(os.getpid()), **(env or {}))
        self.process = subprocess.Popen(argv, env=env, cwd=self.folder, start_new_session=True, stdin=subprocess.DEVNULL)
        self.first_reply = None if early else self._wait_ready()

    def _connect(self, kind, port, options):
        s = zmq.Context.instance().socket(kind)
        s.linger = 0
        s.setsockopt(zmq.RECONNECT_IVL, self.reconnect)
        s.rcvhwm = self.rcvhwm
        for option, value in options.items():
            s.setsockopt(option, value)
        s.connect(f"tcp://127.0.0.1:{self.info[port]}")
        return s

    def _wait_ready(self):
        """Seconds from start to the first kernel_info_reply; returns once iopub is connected too."""
        self.kernel_info(timeout=60)
        first = time.perf_counter() - self.started
        for _ in range(100):
            self.kernel_info(timeout=10)
            if self.iopub.poll(100):
                break
        time.sleep(0.3)
        self.drain()
        return first

    def drain(self):
        while self.iopub.poll(0):
            self.iopub.recv_multipart()

    def reply(self, channel, msg_id, timeout):
        end = time.perf_counter() + timeout
        while channel.poll(max(0, end - time.perf_counter()) * 1000):
            _, frames = self.session.feed_identities(channel.recv_multipart())
            if json.loads(frames[2]).get("msg_id") == msg_id:
                return json.loads(frames[4])
        raise TimeoutError(f"{self.name}: no reply within {timeout} s")

    def kernel_info(self, timeout=10):
        message = self.session.send(self.shell, "kernel_info_request", {})
        return self.reply(self.shell, message["header"]["msg_id"], timeout)

    def send(self, code):
        """Sends a cell; returns its message id."""
        content = dict(code=code, silent=False, store_history=True, user_expressions={}, allow_stdin=False, stop_on_error=True)
        return self.session.send(self.shell, "execute_request", content, metadata=dict(self.metadata))["header"]["msg_id"]

    def execute(self, code, timeout=60, wait_idle=True, on_message=None):
        """Runs code; returns the reply once idle was seen too."""
        msg_id = self.send(code)
        reply = self.reply(self.shell, msg_id, timeout)
        end = time.perf_counter() + timeout
        while wait_idle:
            if not self.iopub.poll(max(0, end - time.perf_counter()) * 1000):
                raise TimeoutError(f"{self.name}: no idle within {timeout} s")
            _, frames = self.session.feed_identities(self.iopub.recv_multipart())
            if json.loads(frames[2]).get("msg_id") != msg_id:
                continue
            kind = json.loads(frames[1])["msg_type"]
            if kind == "status" and json.loads(frames[4])["execution_state"] == "idle":
                return reply
            if on_message:
                on_message(kind, frames)
        return reply

    def ping(self):
        self.hb.send(b"ping")
        if not self.hb.poll(5000):
            raise TimeoutError(f"{self.name}: heartbeat is silent")
        self.hb.recv()

    def rss_mb(self):
        """Resident memory of the process that Jupyter started (the proxy, not its child)."""
        for line in pathlib.Path(f"/proc/{self.process.pid}/status").read_text().splitlines():
            if line.startswith("VmRSS:"):
                return int(line.split()[1]) / 1024
        return float("nan")

    def peak_mb(self):
        for line in pathlib.Path(f"/proc/{self.process.pid}/status").read_text().splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) / 1024
        return float("nan")

    def cpu_s(self):
        fields = pathlib.Path(f"/proc/{self.process.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def stop(self):
        self.session.send(self.control, "shutdown_request", {"restart": False})
        try:
            self.process.wait(5)
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, 9)
            self.process.wait()
        for s in (self.shell, self.control, self.iopub, self.hb):
            s.close()
        shutil.rmtree(self.folder, ignore_errors=True)


def build_splice(folder):
    binary = str(pathlib.Path(folder) / "splice")
    subprocess.run(["go", "build", "-o", binary, "./scripts/bench"], cwd=ROOT, check=True)
    return binary


def direct(**options):
    return Kernel("direct", [sys.executable, "-m", "ipykernel_launcher", "-f", "{file}"], **options)


def splice(binary, **options):
    return Kernel("splice", [binary, sys.executable, "{file}"], **options)


def assay(home, **options):
    """Ours with nothing to do: a notebook without a challenge."""
    argv = [str(ASSAY), "kernel", "-f", "{file}", "--python", sys.executable]
    return Kernel("assay", argv, env={"ASSAY_HOME": home}, **options)


def recording(home, **options):
    """Ours in an interview: every cell is recorded and sent to the companion. The cells define no entry point, so none is held."""
    kernel = Kernel("recording", [str(ASSAY), "kernel", "-f", "{file}", "--python", sys.executable], env={"ASSAY_HOME": home},
                    metadata={"assay": {"challenge": "warmup-pairwise-distances", "role": "test"}}, **options)
    kernel.execute("1")
    time.sleep(3)  # the companion starts with the first cell
    kernel.drain()
    return kernel


def stop_companion(home):
    """Ends the companion that a recording kernel started; by itself it would stay for a while."""
    address = pathlib.Path(home) / "companion.json"
    if address.exists():
        os.kill(json.loads(address.read_text())["pid"], signal.SIGTERM)
