"""Kernels to compare, each started the way Jupyter starts one and driven over raw sockets.

A raw client keeps the client's own cost small and equal: jupyter_client's channels add threads and queues.
"""

import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time

import zmq
from jupyter_client.session import Session

ROOT = pathlib.Path(__file__).resolve().parents[2]
ASSAY = ROOT / "bin" / "assay"
PORTS = ("shell_port", "iopub_port", "stdin_port", "control_port", "hb_port")


def free_ports(count):
    sockets = [zmq.Context.instance().socket(zmq.ROUTER) for _ in range(count)]
    ports = [s.bind_to_random_port("tcp://127.0.0.1") for s in sockets]
    for s in sockets:
        s.close(linger=0)
    return ports


class Kernel:
    """One running kernel. metadata goes with every execute_request, as JupyterLab sends a cell's metadata."""

    def __init__(self, name, argv, metadata=None, env=None):
        self.name, self.metadata = name, metadata or {}
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="assay-bench-"))
        self.file = self.folder / "kernel-bench.json"
        self.info = dict(zip(PORTS, free_ports(len(PORTS))), ip="127.0.0.1", transport="tcp", key="bench-key",
                         signature_scheme="hmac-sha256", kernel_name=name)
        self.file.write_text(json.dumps(self.info))
        self.started = time.perf_counter()
        argv = [str(self.file) if a == "{file}" else a for a in argv]
        env = dict(os.environ, JPY_PARENT_PID=str(os.getpid()), **(env or {}))
        self.process = subprocess.Popen(argv, env=env, cwd=self.folder, start_new_session=True, stdin=subprocess.DEVNULL)
        self.session = Session(key=b"bench-key")
        self.shell = self._connect(zmq.DEALER, "shell_port", {zmq.IDENTITY: self.session.bsession})
        self.control = self._connect(zmq.DEALER, "control_port", {zmq.IDENTITY: self.session.bsession})
        self.iopub = self._connect(zmq.SUB, "iopub_port", {zmq.SUBSCRIBE: b""})
        self.hb = self._connect(zmq.REQ, "hb_port", {})
        self.first_reply = self._wait_ready()

    def _connect(self, kind, port, options):
        socket = zmq.Context.instance().socket(kind)
        socket.linger = 0
        socket.setsockopt(zmq.RECONNECT_IVL, 5)
        socket.rcvhwm = 0
        for option, value in options.items():
            socket.setsockopt(option, value)
        socket.connect(f"tcp://127.0.0.1:{self.info[port]}")
        return socket

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

    def _reply(self, socket, msg_id, timeout):
        end = time.perf_counter() + timeout
        while socket.poll(max(0, end - time.perf_counter()) * 1000):
            _, frames = self.session.feed_identities(socket.recv_multipart())
            if json.loads(frames[2]).get("msg_id") == msg_id:
                return json.loads(frames[4])
        raise TimeoutError(f"{self.name}: no reply within {timeout} s")

    def kernel_info(self, timeout=10):
        message = self.session.send(self.shell, "kernel_info_request", {})
        return self._reply(self.shell, message["header"]["msg_id"], timeout)

    def execute(self, code, timeout=60, wait_idle=True, on_message=None):
        """Runs code; returns the reply once idle was seen too."""
        content = dict(code=code, silent=False, store_history=True, user_expressions={}, allow_stdin=False, stop_on_error=True)
        message = self.session.send(self.shell, "execute_request", content, metadata=dict(self.metadata))
        msg_id = message["header"]["msg_id"]
        reply = self._reply(self.shell, msg_id, timeout)
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
        for socket in (self.shell, self.control, self.iopub, self.hb):
            socket.close()
        shutil.rmtree(self.folder, ignore_errors=True)


def direct():
    return Kernel("direct", [sys.executable, "-m", "ipykernel_launcher", "-f", "{file}"])


def splice(binary):
    return Kernel("splice", [binary, sys.executable, "{file}"])


def assay(home):
    """Ours with nothing to do: a notebook without a challenge."""
    return Kernel("assay", [str(ASSAY), "kernel", "-f", "{file}", "--python", sys.executable], env={"ASSAY_HOME": home})


def recording(home):
    """Ours in an interview: every cell is recorded and sent to the companion. The cells define no entry point, so none is held."""
    kernel = Kernel("recording", [str(ASSAY), "kernel", "-f", "{file}", "--python", sys.executable],
                    metadata={"assay": {"challenge": "warmup-pairwise-distances", "role": "test"}}, env={"ASSAY_HOME": home})
    kernel.execute("1")
    time.sleep(3)  # the companion starts with the first cell
    kernel.drain()
    return kernel
