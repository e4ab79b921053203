"""The zygote: a warm Python that forks one locked child per group of cases.

It loads libraries and nothing else: no test, no path, no token, no candidate's code ever enters this process, because
a child can read the whole heap that it inherits. It speaks with the grader over the socket at descriptor 3, one JSON
object a line; the child's end of a stream comes with a fork request.
"""

import collections
import gc
import json
import os
import random
import resource
import select
import signal
import socket
import stat
import sys
import tempfile
import time

import driver
import libraries
import locks
import namespaces

SWEEP_SECONDS = 5
DISK = "size=64m,nr_inodes=8192,mode=0711"
NO_ROOM = 28  # the status of a child that got no place to work


class Sandbox:
    """What was found on this machine, and what a child applies."""

    def __init__(self, conf):
        self.scratch = conf["scratch"]
        self.layers = ["rlimits"]
        self.want = conf.get("level", "L2")
        self.uid = None
        self.first = None  # the first process of the children's namespace, which lives as long as they do
        self.keep = ()
        self.processes = locks.threads_of(os.getuid()) + 256
        self.rules = self.filter = None
        self.statm = self._open("/proc/self/statm")
        self.tasks = self._open("/proc/self/task")

    @staticmethod
    def _open(path):
        try:
            return os.open(path, os.O_RDONLY | os.O_CLOEXEC)
        except OSError:
            return None

    def enter(self):
        """Lock the zygote itself, before any library is imported."""
        locks.first_to_go(800)
        if not locks.LINUX or self.want == "L0":
            return
        self._try("non-dumpable", lambda: locks.prctl(locks.PR_SET_DUMPABLE, 0))
        if self.want == "L2":
            self._namespaces()
        self._try("no-new-privs", lambda: locks.prctl(locks.PR_SET_NO_NEW_PRIVS, 1))
        abi = locks.landlock_abi()
        if abi:
            self._try(f"landlock-{abi}", lambda: self._landlock(abi))
        if locks.COLUMN is not None:
            self._try("seccomp", self._seccomp)

    def _try(self, layer, apply):
        try:
            apply()
        except OSError as e:
            print(f"layer {layer}: {e}", file=sys.stderr)
            return False
        self.layers.append(layer)
        return True

    def _namespaces(self):
        """Leave the namespaces that can be left, and give up what no child needs."""
        if os.getuid() == 0:
            self._inside()
            self.keep = locks.to_read()
            uid = 61184 + random.SystemRandom().randrange(4000)
            kept = (locks.CAP_CHOWN, locks.CAP_DAC_OVERRIDE, locks.CAP_DAC_READ_SEARCH, locks.CAP_FOWNER,
                    locks.CAP_SETUID, locks.CAP_SETGID, locks.CAP_KILL)  # the last for PDEATHSIG
            if self._try("capabilities", lambda: locks.drop_caps(*kept)):
                self.uid = uid
                self.layers.append("uid")
        elif locks.has_cap(locks.CAP_DAC_READ_SEARCH) and (keep := locks.to_read()):
            self.keep = keep  # in a user namespace of its own it would not count
        elif self._try("userns", namespaces.own_users):
            self._inside()
            self._try("capabilities", locks.drop_caps)
        if self.uid is not None or "userns" in self.layers:
            self.processes = 128

    def _inside(self):
        self._try("netns", lambda: namespaces.unshare(namespaces.CLONE_NEWNET))
        self._try("ipcns", lambda: namespaces.unshare(namespaces.CLONE_NEWIPC | namespaces.CLONE_NEWUTS))
        own = [*locks.places(), "/dev/null"]
        if self._try("pivot-root", lambda: namespaces.own_root(own, self.scratch, DISK)):
            self.layers.append("tmpfs")
            if all(os.statvfs(place).f_flag & os.ST_NOATIME for place in own):
                self.layers.append("noatime")
        else:
            self._try("tmpfs", lambda: namespaces.own_disk(self.scratch, DISK))
        self._try("pidns", self._processes)

    def _processes(self):
        self.first = namespaces.own_processes()

    def _landlock(self, abi):
        rules = locks.Rules(abi, locks.readable_paths())
        locks.restrict(rules.ruleset(self.scratch))
        self.rules = rules

    def _seccomp(self):
        packed, self.pid_at = locks.child_filter()
        locks.load_filter(locks.zygote_filter())
        self.filter = packed

    def level(self):
        """Name the level that children reach: L0 limits only, L1 Landlock and seccomp, L2 another user or namespaces."""
        if self.rules is None or self.filter is None:
            return "L0"
        return "L2" if self.uid is not None or {"userns", "netns"} <= set(self.layers) else "L1"

    def tasks_running(self):
        """Count the threads of this process; forking with more than one is a known source of deadlocks."""
        return len(os.listdir(self.tasks)) if self.tasks is not None else 1

    def used(self):
        """Return the size of this process's address space."""
        if self.statm is None:
            return 0
        return int(os.pread(self.statm, 64, 0).split()[0]) * resource.getpagesize()

    def prepare(self, serial):
        """Make what the next child needs: its scratch folder and its ruleset."""
        folder = os.path.join(self.scratch, f"c{serial}")
        os.mkdir(folder, 0o700)
        if self.uid is not None:
            os.chown(folder, self.uid, self.uid)
        return folder, self.rules.ruleset(folder) if self.rules else None

    def lock(self, folder, ruleset, conf):
        """Close the doors behind a child; whatever fails ends it."""
        os.chdir(folder)
        if locks.LINUX and self.want != "L0":
            if self.uid is not None:
                locks.become(self.uid, self.keep)
            elif "capabilities" in self.layers or os.getuid() == 0:
                locks.drop_caps(*self.keep)
            locks.prctl(locks.PR_SET_PDEATHSIG, signal.SIGKILL)
            locks.prctl(locks.PR_SET_DUMPABLE, 0)
        memory = self.base + (conf["memory_mb"] << 20) if self.base else None
        locks.limits(conf["cpu"], memory, 64 << 20, self.processes)
        if ruleset is not None:
            locks.restrict(ruleset)
        if self.filter is not None:
            locks.set_pid(self.filter[0], self.pid_at, os.getpid())
            locks.load_filter(self.filter)


class Zygote:
    """Forks on request, reaps, reports."""

    def __init__(self, sock):
        self.sock = sock
        self.buffer = b""
        self.fds = collections.deque()
        self.children = {}
        self.sweepers = set()

    def send(self, message):
        self.sock.sendall(json.dumps(message).encode() + b"\n")

    def receive(self):
        """Return the messages that have come, or None at the end."""
        data, fds, _, _ = socket.recv_fds(self.sock, 65536, 8)
        self.fds.extend(fds)
        if not data:
            return None
        *lines, self.buffer = (self.buffer + data).split(b"\n")
        return [json.loads(line) for line in lines]

    def start(self):
        """Take the configuration, lock, import, report."""
        messages = []
        while not messages:
            messages = self.receive()
            if messages is None:
                sys.exit(0)
        began = time.perf_counter()
        self.box = Sandbox(messages[0])
        os.environ["TMPDIR"] = self.box.scratch
        self.box.enter()
        try:
            versions = libraries.load(messages[0]["imports"])
            libraries.rehearse()
        except Exception as e:
            self.send({"error": f"{type(e).__name__}: {e}"[:400]})
            sys.exit(1)
        self.box.base = self.box.used()
        gc.collect()
        gc.freeze()
        self.send({"ready": {"versions": versions, "level": self.box.level(), "layers": self.box.layers,
                             "readable": locks.readable_paths(),
                             "tasks": self.box.tasks_running(), "seconds": time.perf_counter() - began}})

    def run(self):
        """Serve until the grader closes the socket."""
        wake, poke = os.pipe()
        os.set_blocking(poke, False)
        os.set_blocking(wake, False)
        signal.set_wakeup_fd(poke, warn_on_full_buffer=False)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        poll = select.poll()
        poll.register(self.sock, select.POLLIN)
        poll.register(wake, select.POLLIN)
        while True:
            ready = dict(poll.poll())
            if wake in ready:
                os.read(wake, 4096)
                self.reap()
            if self.sock.fileno() in ready:
                messages = self.receive()
                if messages is None:
                    return
                for m in messages:
                    self.fork(m)

    def fork(self, m):
        stream = self.fds.popleft()
        if m["ahead"]:  # for the next answer, which may find nothing that this one left
            self.reap()
            self.settle()
        ruleset = None
        try:
            folder, ruleset = self.place(m["fork"])
            pid = os.fork()
        except OSError:  # other children of the same answer fill the disk, or are too many, just now: this one has lived already
            for fd in (stream, ruleset):
                if fd is not None:
                    os.close(fd)
            self.send({"forked": m["fork"], "pid": 0})
            self.send({"exit": m["fork"], "status": NO_ROOM << 8, "cpu": 0, "maxrss_kb": 0})
            return
        if pid == 0:
            self.child(m, stream, folder, ruleset)
        os.close(stream)
        if ruleset is not None:
            os.close(ruleset)
        self.children[pid] = (m["fork"], folder)
        self.send({"forked": m["fork"], "pid": pid})
        if "numpy" in sys.modules:  # the next child starts from another state; `random` sees to that by itself
            sys.modules["numpy"].random.seed()

    def place(self, serial):
        """Make a child's place, if need be once everything that is being removed is gone: the disk may be full of it."""
        try:
            return self.box.prepare(serial)
        except OSError:
            self.settle()
            return self.box.prepare(serial)

    def settle(self):
        """Wait until everything that is being removed is gone."""
        for pid in list(self.sweepers):
            os.waitpid(pid, 0)
            self.sweepers.discard(pid)

    def child(self, m, stream, folder, ruleset):
        """Become a locked runner; never returns."""
        status = 70
        try:
            signal.set_wakeup_fd(-1)
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            signal.signal(signal.SIGINT, signal.SIG_DFL)
            ruleset = self.descriptors(stream, ruleset)
            os.environ.update(HOME=folder, TMPDIR=folder, MPLCONFIGDIR=folder)
            tempfile.tempdir = None  # what the libraries found before the fork is not the child's
            self.box.lock(folder, ruleset, m)
            self.sock.detach()  # its number, 3, is the stream now
            os.dup2(1, 2)
            if m["ahead"]:
                libraries.rehearse()
            driver.serve(3)
            status = 0
        except BaseException as e:
            os.write(2, f"child: {type(e).__name__}: {e}\n".encode())
        finally:
            os._exit(status)

    @staticmethod
    def descriptors(stream, ruleset):
        """Leave open 0 and 1 on /dev/null, 2 on the grader's log until the locks hold, the stream at 3, and the ruleset (its new number is returned)."""
        stream = os.dup(stream) if stream < 5 else stream
        ruleset = os.dup(ruleset) if ruleset is not None and ruleset < 5 else ruleset
        null = os.open("/dev/null", os.O_RDWR)
        for fd in (0, 1):
            os.dup2(null, fd)
        os.dup2(stream, 3)
        if ruleset is not None:
            os.dup2(ruleset, 4)
        os.closerange(4 if ruleset is None else 5, 4096)
        return None if ruleset is None else 4

    def reap(self):
        while True:
            try:
                pid, status, usage = os.wait4(-1, os.WNOHANG)
            except ChildProcessError:
                return
            if pid == 0:
                return
            if pid == self.box.first:
                sys.exit("the children's namespace ended")
            if pid not in self.children:
                self.sweepers.discard(pid)
                continue
            serial, folder = self.children.pop(pid)
            self.sweep(folder)
            self.send({"exit": serial, "status": status, "cpu": usage.ru_utime + usage.ru_stime, "maxrss_kb": usage.ru_maxrss})

    def sweep(self, folder):
        """Remove what a child left, as far as it goes; the grader removes the rest with the zygote.

        A process of its own does it: what a child can build in a second may take many to take down.
        """
        try:
            os.rmdir(folder)
            return
        except OSError:
            pass
        try:
            pid = os.fork()
        except OSError:  # too many processes just now; the grader removes the folder with the zygote
            return
        if pid:
            self.sweepers.add(pid)
            return
        try:
            signal.set_wakeup_fd(-1)
            if locks.LINUX:
                locks.prctl(locks.PR_SET_PDEATHSIG, signal.SIGKILL)
            resource.setrlimit(resource.RLIMIT_CPU, (SWEEP_SECONDS, SWEEP_SECONDS))
            take_down(folder)
        except BaseException as e:
            os.write(2, f"sweep: {type(e).__name__}\n".encode())
        finally:
            os._exit(0)


def take_down(top):
    """Remove a folder however deep it goes: what lies in its folders comes up to it until nothing is nested."""
    here = os.open(top, os.O_RDONLY | os.O_DIRECTORY)
    while names := os.listdir(here):
        for name in names:
            try:
                os.unlink(name, dir_fd=here)
                continue
            except OSError:
                pass
            os.chmod(name, 0o700, dir_fd=here)
            folder = os.open(name, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW, dir_fd=here)
            for inner in os.listdir(folder):
                if stat.S_ISDIR(os.stat(inner, dir_fd=folder, follow_symlinks=False).st_mode):
                    os.chmod(inner, 0o700, dir_fd=folder)  # or its owner may not move it
                os.rename(inner, os.urandom(16).hex(), src_dir_fd=folder, dst_dir_fd=here)  # a name nobody can have taken
            os.close(folder)
            os.rmdir(name, dir_fd=here)
    os.close(here)
    os.rmdir(top)


def main():
    sys.path.remove(os.path.dirname(os.path.abspath(__file__)))  # nothing of ours is there for a child to import
    z = Zygote(socket.socket(fileno=3))
    z.start()
    z.run()
