"""Starts ipykernel below the proxy.

Differs from ``python -m ipykernel_launcher`` in three ways, none of which a notebook can see: no socket drops messages
when its reader is slow, the proxy's own magics exist as stubs (for Tab, ``?`` and stray uses), and ``%%test`` runs its
body as if the line were not there.
"""

import sys

if sys.path and sys.path[0] == "":
    del sys.path[0]  # the working folder comes back in InteractiveShellApp.init_path

import ipykernel_launcher
from ipykernel.kernelapp import IPKernelApp

sys.argv[0] = ipykernel_launcher.__file__  # what cells see in a plain kernel

MAGICS = {
    "hint": "%hint\n\nAsk for the next hint of the challenge. It is shown with its cost; the interviewer sees that you took it.",
    "submit": "%submit\n\nHand in the solution as it stands for the final run of the tests.",
    "finish": "%finish\n\nEnd the interview. Later runs are kept but no longer scored.",
    "assay": "%assay [status|help]\n\nShow the clock, the phase and the magics of the challenge.",
    "clarify": "%%clarify\n\nWrite down a question or an assumption about the task, below this line.",
    "plan": "%%plan\n\nWrite down how you are going to solve the task, below this line.",
}
CELL = {"clarify", "plan"}
TEST = "%%test\n\nRun the lines below as an ordinary cell, as your own test of the solution."


def unlimited(bind):
    """Lift the high-water marks before a socket is bound: a slow reader must not cost messages."""

    def bind_unlimited(self, s, port):
        try:
            s.sndhwm = s.rcvhwm = 0
        except Exception:  # a socket that has none is still worth binding
            pass
        return bind(self, s, port)

    return bind_unlimited


def stub(name, doc):
    mark = "%%" if name in CELL else "%"

    def magic(line, cell=None):
        if name in CELL and cell is None:
            print(f"{mark}{name} stands on the first line of a cell, with the text below it.")
        else:
            print(
                f"{mark}{name} belongs to a challenge: run a cell of the challenge first, "
                f"then {mark}{name} alone in a cell of its own."
            )

    magic.__doc__ = doc
    magic.__name__ = name
    return magic


def strip_test(lines):
    """Blank out a leading ``%%test`` so that line numbers, tracebacks and await stay those of an ordinary cell."""
    if lines and lines[0].split() and lines[0].split()[0] == "%%test":
        return ["\n", *lines[1:]]
    return lines


def install(shell):
    for name, doc in MAGICS.items():
        shell.register_magic_function(stub(name, doc), "line_cell" if name in CELL else "line", name)

    def test(line, cell):
        shell.run_cell(cell).raise_error()  # only reached from inside another magic

    test.__doc__ = TEST
    shell.register_magic_function(test, "cell", "test")
    shell.input_transformers_cleanup.append(strip_test)


if hasattr(IPKernelApp, "_bind_socket"):
    IPKernelApp._bind_socket = unlimited(IPKernelApp._bind_socket)
app = IPKernelApp.instance()
app.initialize()
try:
    install(app.shell)
except Exception as err:  # a kernel without stubs is better than none
    print("assay: magics not installed:", err, file=sys.__stderr__)
app.start()
