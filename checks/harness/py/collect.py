"""Collects a challenge's answer from a notebook's cells, without running any of it.

Input are the cells in order of execution, with the latest source of each. Out comes one module: the entry points, and
the helpers, imports and constants that they need, each in its latest version; everything else (trials, plots, prints)
stays behind. The text is kept exactly, with the comments above each statement, and every line knows its cell.
"""

import ast
import builtins
import difflib
import re
import symtable
import sys
import unicodedata

MAX_CELL = 1 << 20
MAX_NAMES = 200  # that a verdict tells of, each cut at so many characters too: it has to fit into a log
CELL_MAGIC_KEPT = {"time", "timeit", "capture", "prun"}
LINE_MAGIC = re.compile(r"^\s*(%|!|\?)|\?\s*$|=\s*(%\w|!)")
COMPREHENSIONS = {"listcomp", "setcomp", "dictcomp", "genexpr"}
# Methods that alter their object; so do those with inplace=True, and PyTorch's, whose names end in an underscore.
MUTATORS = {
    "append", "appendleft", "extend", "extendleft", "insert", "update", "add", "discard", "setdefault", "register", "sort", "reverse",
    "remove", "pop", "popitem", "popleft", "clear", "rotate", "fill", "put", "itemset", "partition", "resize", "setflags",
    "fit", "partial_fit", "set_params", "set_output", "load_state_dict", "train", "eval",
}
# Functions that alter an argument; so do those that are given out=, and a ufunc's `at`.
ALTER_ARGUMENTS = {"copyto", "put", "place", "putmask", "fill_diagonal", "at", "shuffle", "heapify", "heappush", "insort", "insort_left",
                   "insort_right", "setattr", "delattr"}
# What sets up a module as a whole: sys.setrecursionlimit(n), np.random.seed(0), pd.set_option(...), warnings.simplefilter(...).
SET_UP = re.compile(r"^(set|seed$|manual_seed|filterwarnings$|simplefilter$|register|use_deterministic)")


class Broken(Exception):
    """A cell that does not parse."""

    def __init__(self, cell, line, message):
        super().__init__(message)
        self.cell, self.line = cell, line


def parse(cell, source):
    """Parse a cell, blanking magics and shell lines; returns (tree, lines) or (None, lines) for a foreign cell."""
    source = source.replace("\r\n", "\n").replace("\r", "\n")
    lines = source.split("\n")
    first = next((i for i, s in enumerate(lines) if s.strip()), None)
    if first is not None and lines[first].startswith("%%"):
        word = lines[first][2:].split()
        if not word or word[0] not in CELL_MAGIC_KEPT:
            return None, lines
        lines[first] = ""
    for _ in range(len(lines) + 1):
        try:
            return ast.parse("\n".join(lines)), lines
        except SyntaxError as e:
            at = (e.lineno or 1) - 1
            if at >= len(lines) or not LINE_MAGIC.search(lines[at]) or lines[at].strip() == "pass":
                raise Broken(cell, e.lineno or 1, e.msg) from None
            indent = lines[at][: len(lines[at]) - len(lines[at].lstrip())]
            lines[at] = indent + "pass"
        except (ValueError, RecursionError, MemoryError) as e:
            raise Broken(cell, 1, f"{type(e).__name__}: {e}") from None
    raise Broken(cell, 1, "too many magics")


class Statement:
    """One top-level statement: what it binds, changes and uses."""

    def __init__(self, cell, node, lines):
        self.cell, self.node = cell, node
        self.first = min([node.lineno, *[d.lineno for d in getattr(node, "decorator_list", [])]])
        self.last = node.end_lineno
        self.text, self.comment_from = self._text(lines)
        self.binds, self.uses, self.now = set(), set(), set()
        self.star = isinstance(node, ast.ImportFrom) and any(a.name == "*" for a in node.names)
        self.future = isinstance(node, ast.ImportFrom) and node.module == "__future__"
        self._names()
        self.changes, self.calls, self.sets_up = self._changes(), self._calls(), self._sets_up()
        self.partial = not isinstance(
            node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Import, ast.ImportFrom, ast.Assign, ast.AnnAssign)
        ) or bool(self.binds & self.now)
        if isinstance(node, ast.Try):
            self.partial = False

    def modules(self):
        """List the packages outside the standard library that it imports."""
        names = set()
        for n in ast.walk(self.node):
            if isinstance(n, ast.Import):
                names |= {a.name.partition(".")[0] for a in n.names}
            elif isinstance(n, ast.ImportFrom) and n.module and not n.level:
                names.add(n.module.partition(".")[0])
        return sorted(names - set(sys.stdlib_module_names))

    def _text(self, lines):
        """Return the statement's lines, with the comment block right above it, and where they start."""
        node, start = self.node, self.first
        body = lines[start - 1 : self.last]
        head = lines[start - 1].encode()[: node.col_offset if start == node.lineno else 0].decode(errors="ignore")
        tail = lines[self.last - 1].encode()[node.end_col_offset :].decode(errors="ignore")
        if head.strip() or tail.strip().lstrip(";").strip().split("#")[0]:
            whole = ast.get_source_segment("\n".join(lines), node) or ""
            return whole.split("\n"), start
        while start > 1 and lines[start - 2].startswith("#"):
            start -= 1
        return lines[start - 1 : self.first - 1] + body, start

    def _names(self):
        try:
            table = symtable.symtable("\n".join(self.text), "cell", "exec")
        except (SyntaxError, ValueError, RecursionError):
            # It parses and does not compile; loading says why, if it is needed.
            self.binds |= {self.node.name} if hasattr(self.node, "name") else set()
            return
        for s in table.get_symbols():
            if s.is_assigned() or s.is_imported():
                self.binds.add(s.get_name())
            if s.is_referenced():
                self.now.add(s.get_name())
        stack = [(c, True) for c in table.get_children()]
        while stack:
            block, at_once = stack.pop()
            at_once = at_once and (block.get_type() != "function" or block.get_name() in COMPREHENSIONS)
            for s in block.get_symbols():
                if s.is_global():
                    (self.now if at_once and s.is_referenced() else self.uses).add(s.get_name())
                    if s.is_assigned() and s.is_declared_global() and at_once:
                        self.binds.add(s.get_name())
            stack += [(c, at_once) for c in block.get_children()]
        self.uses |= self.now

    def _changes(self):
        """Names whose object this statement alters in place: d[k] = v, C.m = f, xs.append(v), np.copyto(a, b), @f.register."""
        if isinstance(self.node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            targets = [d.func if isinstance(d, ast.Call) else d for d in self.node.decorator_list]
            return {_root(t) for t in targets if isinstance(t, ast.Attribute)} - {None}
        return altered(self.node)

    def _calls(self):
        """Names of functions that it calls at once, decorators among them."""
        called = {_root(d) for d in getattr(self.node, "decorator_list", [])}
        if not hasattr(self.node, "decorator_list"):
            called |= {n.func.id for n in walk_now(self.node) if isinstance(n, ast.Call) and isinstance(n.func, ast.Name)}
        return called - {None}

    def _sets_up(self):
        """The imported name that it sets up as a whole, or None: a call such as np.random.seed(0), or pd.options.mode.x = y."""
        node = self.node
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
            f = node.value.func
            return _root(f) if isinstance(f, ast.Attribute) and SET_UP.match(f.attr) else None
        targets = node.targets if isinstance(node, ast.Assign) else []
        return next((_root(t) for t in targets if isinstance(t, (ast.Attribute, ast.Subscript))), None)


def walk_now(top):
    """Walk what runs at once: not the bodies of functions."""
    stack = [top]
    while stack:
        node = stack.pop()
        yield node
        stack += [c for c in ast.iter_child_nodes(node) if not isinstance(c, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda))]


def altered(top):
    """Names whose object is altered in place by what runs at once in a node."""
    out = set()
    for node in walk_now(top):
        if isinstance(node, (ast.Subscript, ast.Attribute)) and isinstance(node.ctx, (ast.Store, ast.Del)):
            out.add(_root(node))
        if not isinstance(node, ast.Call):
            continue
        name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        keys = {k.arg: k.value for k in node.keywords}
        in_place = name in MUTATORS or name.endswith("_") or getattr(keys.get("inplace"), "value", False) is True
        if in_place and isinstance(node.func, ast.Attribute):
            out.add(_root(node.func))
        if name in ALTER_ARGUMENTS or name.endswith("_"):
            out |= {_root(a) for a in node.args[:1]}
        if "out" in keys:
            out.add(_root(keys["out"]))
    return out - {None}


def _root(node):
    while isinstance(node, (ast.Attribute, ast.Subscript, ast.Call)):
        node = node.func if isinstance(node, ast.Call) else node.value
    return node.id if isinstance(node, ast.Name) else None


def is_main_guard(node):
    """Report `if __name__ == ...`, whose body is for scripts."""
    return isinstance(node, ast.If) and any(isinstance(n, ast.Name) and n.id == "__name__" for n in ast.walk(node.test))


def needed(statements, entries):
    """Choose the statements that the entry points need; returns their positions."""
    chosen = closure(statements, entries, {})
    effects = side_effects(statements, chosen)
    if effects:
        chosen = closure(statements, entries, effects)
    kept = set().union(*(statements[i].binds for i in chosen))
    imported = import_names(statements)
    for i, s in enumerate(statements):
        if s.sets_up in imported and (s.sets_up in kept or s.sets_up == "sys"):
            chosen |= closure(statements, (), effects, [i])
    return chosen


def import_names(statements):
    return {n for s in statements if isinstance(s.node, (ast.Import, ast.ImportFrom)) for n in s.binds}


def closure(statements, names, effects, start=()):
    """Choose the statements that make up some names and all that they use in turn; start are positions to begin with."""
    imported = import_names(statements)
    chosen, queue, done = {i for i, s in enumerate(statements) if s.star or s.future}, [], set()

    def choose(i):
        s = statements[i]
        chosen.add(i)
        queue.extend((n, len(statements)) for n in s.uses - s.now)
        queue.extend((n, i) for n in s.now)
        queue.extend((n, len(statements)) for n in s.now if not any(n in t.binds for t in statements[:i]))

    queue += [(n, len(statements)) for n in names]
    for i in start:
        choose(i)
    while queue:
        name, before = queue.pop()
        if (name, before) in done:
            continue
        done.add((name, before))
        for i in _bindings(statements, name, before, name in imported, effects):
            if i not in chosen:
                choose(i)
    return chosen


def _bindings(statements, name, before, imported, effects):
    """List the statements that make up the value of a name at one moment: its last full binding and all after it."""
    out = []
    for i in range(before - 1, -1, -1):
        s = statements[i]
        if name in s.binds:
            out.append(i)
            if not s.partial:
                break
        elif not imported and (name in s.changes or name in effects.get(i, ())):
            out.append(i)
    return out


def side_effects(statements, chosen):
    """Say which names statements alter through the functions that they call: {position: names}.

    `@step` over a function may put it into a list, and so may `register(f)`. A call of what the entry points use themselves
    is a trial, whatever it leaves in a cache.
    """
    alters, calls = {}, {}
    for s in statements:
        if isinstance(s.node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            inside = [altered(n) for n in s.node.body]
            alters[s.node.name] = set().union(*inside) & s.uses | {n for n in s.uses if _declares(s.node, n)}
            calls[s.node.name] = s.uses
    own = set().union(*(statements[i].binds for i in chosen))
    effects = {}
    for i, s in enumerate(statements):
        decorated = hasattr(s.node, "decorator_list")
        names = set().union(*(_reach(f, alters, calls) for f in s.calls if decorated or f not in own))
        if names:
            effects[i] = names
    return effects


def _declares(function, name):
    return any(isinstance(n, ast.Global) and name in n.names for n in ast.walk(function))


def _reach(function, alters, calls):
    """Names that a function alters, itself or through others."""
    seen, queue, names = set(), [function], set()
    while queue:
        f = queue.pop()
        if f in alters and f not in seen:
            seen.add(f)
            names |= alters[f]
            queue += calls[f]
    return names


def ordered(statements, chosen):
    """Order the chosen statements as they ran, but a name that is used at once after what binds it."""
    out, seen = [], set()

    def emit(i):
        if i in seen:
            return
        seen.add(i)
        s = statements[i]
        for name in sorted(s.now):
            if any(name in statements[j].binds for j in seen - {i}) or name in s.binds:
                continue
            later = [j for j in chosen if j not in seen and name in statements[j].binds]
            if later:
                emit(min(later))
        out.append(i)

    for i in sorted(chosen, key=lambda i: (not statements[i].future, i)):
        emit(i)
    return out


def _stub(node):
    """Report a function that does nothing yet: docstring, pass, ..., raise NotImplementedError, return None."""
    for s in node.body:
        if isinstance(s, ast.Pass) or isinstance(s, ast.Expr) and isinstance(s.value, ast.Constant):
            continue
        if isinstance(s, ast.Raise) and "NotImplementedError" in ast.dump(s):
            continue
        if isinstance(s, ast.Return) and (s.value is None or isinstance(s.value, ast.Constant) and s.value.value is None):
            continue
        return isinstance(node, ast.ClassDef) and isinstance(s, ast.FunctionDef) and all(
            _stub(f) for f in node.body if isinstance(f, ast.FunctionDef)
        )
    return True


def _definitions(tree, entries):
    return {n.name: n for n in tree.body if isinstance(n, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)) and n.name in entries}


def unstarted(found, starter, entries):
    """Report whether every definition found is still a stub or the starter's own."""
    try:
        given = _definitions(ast.parse(starter), entries)
    except SyntaxError:
        given = {}
    for name, node in found.items():
        if isinstance(node, ast.AST) and hasattr(node, "body"):
            if _stub(node) or name in given and ast.dump(node) == ast.dump(given[name]):
                continue
        return False
    return True


def collect(cells, entries, starter=""):
    """Collect; cells are [id, source, role]. Returns a dict: status, message, cell, line, source, lines, defined."""
    statements, broken = [], []
    defines = re.compile(r"^(?:async\s+def|def|class)\s+(?:%s)\b|^(?:%s)\s*=" % (("|".join(map(re.escape, entries)),) * 2), re.M)
    for cell, source, role in cells:
        try:
            if len(source) > MAX_CELL:
                raise Broken(cell, 1, "the cell is larger than 1 MiB")
            tree, lines = parse(cell, source)
        except Broken as e:
            if role == "solution" or defines.search(source):
                broken.append(e)
            continue
        if tree is not None:
            statements += [Statement(cell, n, lines) for n in tree.body if not is_main_guard(n)]
    if broken:
        e = broken[-1]
        return {"status": "syntax_error", "message": f"line {e.line}: {e}", "cell": e.cell, "line": e.line}
    found = {n: s.node for s in statements for n in s.binds & set(entries)}
    if not found:
        names = " or ".join(entries)
        return {"status": "not_started", "message": f"no cell defines {names} yet{near_miss(statements, entries)}"}
    if unstarted(found, starter, entries):
        return {"status": "not_started", "message": f"{', '.join(found)} is still to be written"}
    return assemble(statements, ordered(statements, needed(statements, entries)), sorted(found))


def near_miss(statements, entries):
    """Point out a name that was probably meant to be one of the entry points."""
    bound = sorted({n for s in statements for n in s.binds if len(n) <= MAX_NAMES})[:MAX_NAMES]
    for name in entries:
        for near in difflib.get_close_matches(name, bound, 1, 0.8):
            return f", only {near}; the tests call {name}"
    return ""


def assemble(statements, order, defined):
    """Join statements into one source text with a map of its lines."""
    text, lines = [], []
    for k, i in enumerate(order):
        s = statements[i]
        if k and (hasattr(s.node, "body") or hasattr(statements[order[k - 1]].node, "body")):
            gap = [""] * 2
            text += gap
            lines += [[s.cell, s.comment_from]] * len(gap)
        text += s.text
        lines += [[s.cell, s.comment_from + j] for j in range(len(s.text))]
    free = set().union(*(statements[i].uses for i in order)) - set().union(*(statements[i].binds for i in order))
    unknown = sorted(n[:MAX_NAMES] for n in free if not hasattr(builtins, n) and n not in ("display", "__name__", "__file__"))[:MAX_NAMES]
    if any(statements[i].star for i in order):
        unknown = []  # it may bring anything
    imports = []
    for i in order:
        imports += [[m[:MAX_NAMES], statements[i].cell, statements[i].first] for m in statements[i].modules()]
    source = "\n".join(text) + "\n"
    # Python reads identifiers in this form: what looks for words has to read the same.
    plain = source if source.isascii() else unicodedata.normalize("NFKC", source)
    return {"imports": imports[:MAX_NAMES], "status": "graded", "source": source, "plain": plain, "lines": lines, "defined": defined, "unknown": unknown}
