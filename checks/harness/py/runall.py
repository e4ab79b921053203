"""Runs a notebook's cells from top to bottom, as "Restart and run all" would, and says where they stop.

Unlike the answer that collect.py takes out of them, this runs everything: trials, plots and prints too.
"""

import sys
import types

import collect

# What a cell may need and a locked process lacks: files, the network, other packages, a keyboard, IPython.
OUTSIDE = (OSError, ImportError, EOFError)


class Stop:
    """Where cells stop: the first line of the cell's source, the line in it, and the exception."""

    def __init__(self, cell, line, error):
        self.cell, self.line, self.error = cell, line, error

    def report(self):
        head = next((s.strip() for s in self.cell[1].split("\n") if s.strip()), "")
        text = " ".join(str(self.error).split())[:200]
        outside = isinstance(self.error, OUTSIDE) or getattr(self.error, "name", "") == "get_ipython" or "'await'" in text
        return {"cell": self.cell[0], "head": head[:60], "line": self.line, "name": type(self.error).__name__, "text": text, "outside": outside}


def run(cells, in_order):
    """Run cells, [id, source, role] each; returns where they stop, or an empty dict.

    Where their order on the page is not known, a cell that lacks a name waits for those that come later: only what no
    order could mend counts, and nothing but missing names, since the cell's own kernel has shown all other errors.
    """
    module = types.ModuleType("__main__")
    module.display = lambda *a, **k: None
    sys.modules["__main__"] = module
    if in_order:
        stop = next(filter(None, (one(c, module) for c in cells)), None)
        return stop.report() if stop else {}
    waiting, stops = list(cells), []
    while waiting:
        stops = [s for s in (one(c, module) for c in waiting) if s and isinstance(s.error, NameError)]
        if len(stops) == len(waiting):
            break
        waiting = [s.cell for s in stops]
    return next((r for r in (s.report() for s in stops) if not r["outside"]), {})


def one(cell, module):
    """Run one cell; returns where it stops, or None."""
    name = f"<cell {cell[0]}>"
    try:
        tree, _ = collect.parse(cell[0], cell[1])
        if tree is not None:
            exec(compile(tree, name, "exec", dont_inherit=True), module.__dict__)
    except collect.Broken as e:
        return Stop(cell, e.line, SyntaxError(str(e)))
    except (KeyboardInterrupt, Exception, SystemExit) as e:
        line, tb = 0, e.__traceback__
        while tb is not None:
            if tb.tb_frame.f_code.co_filename == name:
                line = tb.tb_lineno
            tb = tb.tb_next
        return Stop(cell, line, e)
    return None
