"""The locks of the oracle."""

import os
import resource
import sys

import locks
import namespaces

SEALED_MEMORY = 8 << 30  # PyTorch alone reserves more than two


def seal(scratch):
    """Lock the calling process for good: read libraries and our own files, write one folder, no other process, no net.

    For the oracle: its code is the author's, but it reads what strangers' code computed. Best effort; returns the
    layers that hold.
    """
    layers = []
    if not locks.LINUX or locks.COLUMN is None:
        return layers
    if os.getuid() == 0:
        _attempt(layers, "netns", lambda: namespaces.unshare(namespaces.CLONE_NEWNET | namespaces.CLONE_NEWIPC))
        _attempt(layers, "capabilities", lambda: locks.drop_caps(*locks.to_read(), locks.CAP_DAC_OVERRIDE))
    _attempt(layers, "non-dumpable", lambda: locks.prctl(locks.PR_SET_DUMPABLE, 0))
    _attempt(layers, "no-new-privs", lambda: locks.prctl(locks.PR_SET_NO_NEW_PRIVS, 1))
    abi = locks.landlock_abi()
    if abi:
        own = os.path.dirname(os.path.abspath(__file__))
        _attempt(layers, f"landlock-{abi}", lambda: locks.restrict(locks.Rules(abi, [*locks.readable_paths(), own]).ruleset(scratch)))

    # What a few bytes from a stranger describe must not fill the machine when an author's test writes it out.
    resource.setrlimit(resource.RLIMIT_AS, (SEALED_MEMORY, SEALED_MEMORY))

    def filtered():
        packed, at = locks.child_filter()
        locks.set_pid(packed[0], at, os.getpid())
        locks.load_filter(packed)

    _attempt(layers, "seccomp", filtered)
    return layers


def _attempt(layers, name, apply):
    try:
        apply()
        layers.append(name)
    except OSError as e:
        print(f"layer {name}: {e}", file=sys.stderr)
