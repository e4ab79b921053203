"""Review: reads one request (JSON) and gives what can be said about its source (JSON). The source is data: parsed, never run."""
import ast
import json
import platform
import re

import better
import loops
import safe
import shape
from names import Kinds, dotted, imports, own_nodes

LIBRARIES = ("numpy", "pandas", "scipy", "sklearn", "torch")


class Refused(Exception):
    """The source is too large or too deep to look at, which ordinary code never is."""


def parse(source, limit):
    if len(source) > limit:
        raise Refused("the code is longer than %d characters" % limit)
    try:
        tree = ast.parse(source)
    except (RecursionError, MemoryError):
        raise Refused("the code is nested too deeply") from None
    depths = shape.depths(tree)
    shape.prune(tree)
    return tree, depths


def reachable(funcs, entry_points):
    """Qualified names of the functions that an entry point may call, by name."""
    wanted = set(entry_points)
    by_name = {}
    for qual, fn, cls in funcs:
        by_name.setdefault(fn.name, []).append((qual, fn))
        if cls:
            by_name.setdefault(cls, []).append((qual, fn))
    seen, stack, taken = set(), [], set()

    def take(name):
        if name in by_name and name not in taken:
            taken.add(name)
            stack.extend(by_name[name])

    for w in wanted:
        take(w)
    while stack:
        qual, fn = stack.pop()
        if qual in seen:
            continue
        seen.add(qual)
        for n in ast.walk(fn):
            take(n.attr if isinstance(n, ast.Attribute) else n.id if isinstance(n, ast.Name) else n.name if isinstance(n, ast.FunctionDef) else "")
    return seen


def library_calls(nodes, names):
    """What a piece of code asks of the libraries: full names, and methods that only arrays and frames have."""
    out = set()
    for root in nodes:
        for n in ast.walk(root):
            if isinstance(n, ast.Call):
                name = dotted(n.func, names)
                if name.split(".")[0] in LIBRARIES:
                    out.add(name)
                elif isinstance(n.func, ast.Attribute):
                    out.add("." + n.func.attr)
            elif isinstance(n, ast.BinOp) and isinstance(n.op, ast.MatMult):
                out.add("@")
    return sorted(out)


def loop_lines(scope):
    """Where Python-level repetition is, whatever its kind: the best guess for a cost that only the counter saw."""
    out = []
    for n in own_nodes(scope):
        if isinstance(n, (ast.For, ast.While, ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)):
            out.append([n.lineno, n.end_lineno])
        elif isinstance(n, ast.Call) and isinstance(n.func, ast.Attribute) and n.func.attr in ("apply", "map", "agg", "transform", "applymap"):
            out.append([n.lineno, n.end_lineno])
    return sorted(out)


def clutter(fn):
    """Debug prints and code that cannot be reached, inside a function."""
    out = []
    for n in own_nodes(fn):
        if isinstance(n, ast.Call) and isinstance(n.func, ast.Name) and n.func.id in ("print", "display", "breakpoint"):
            out.append(["print", n.lineno, n.end_lineno])
        body_lists = [b for b in (getattr(n, "body", None), getattr(n, "orelse", None), getattr(n, "finalbody", None)) if isinstance(b, list)]
        for body in body_lists:
            out += _after_exit(body)
    return out + _after_exit(fn.body)


def _after_exit(body):
    for i, s in enumerate(body[:-1]):
        if isinstance(s, (ast.Return, ast.Raise, ast.Continue, ast.Break)):
            return [["unreachable", body[i + 1].lineno, body[-1].end_lineno]]
    return []


def look(source, entry_points, limit, stated=None):
    tree, depths = parse(source, limit)
    names, star_imports = imports(tree)
    funcs = shape.functions(tree)
    reach = reachable(funcs, entry_points)
    doc = shape.doc_lines(tree)
    module = Kinds(tree, names)
    out = {"functions": [], "hits": [], "loops": [], "calls": [], "forms": []}
    kinds_of = {}
    for qual, fn, cls in funcs:
        parent = kinds_of.get(qual.rpartition(".")[0])
        kinds = kinds_of[qual] = Kinds(fn, names, parent or module, (stated or {}).get(qual))
        entry = fn.name in entry_points or cls in entry_points and bool(cls)
        d = shape.describe(qual, fn, cls, doc)
        d.update(depth=depths.get((fn.lineno, fn.col_offset), 0), entry=entry, reach=qual in reach, clutter=clutter(fn))
        out["functions"].append(d)
        if qual in reach:
            out["loops"] += loop_lines(fn)
        for h in loops.hits(fn, kinds, names) + safe.hits(fn, kinds, names, fn.name in entry_points):
            h.update(function=qual, reach=qual in reach)
            out["hits"].append(h)
    for h in loops.hits(tree, module, names) + safe.hits(tree, module, names, False) + safe.stars(star_imports, tree):
        h.update(function="", reach=False)
        out["hits"].append(h)
    for node in ast.walk(tree):
        if isinstance(node, ast.For):
            form = better.of_append_loop(node)
            if form:
                out["forms"].append([node.lineno, node.end_lineno, form])
        if isinstance(node, ast.ClassDef):
            out.setdefault("classes", []).append({"name": node.name, "line": node.lineno, "doc": ast.get_docstring(node) is not None,
                                                  "named": bool(re.match(r"^_?[A-Z][A-Za-z0-9]*$", node.name))})
    out["stated"] = {qual: Kinds(fn, names, module).positions() for qual, fn, cls in funcs if cls or fn.name in entry_points}
    out["calls"] = library_calls([fn for qual, fn, _ in funcs if qual in reach], names)
    return out


def _reference(source, entry_points, limit):
    try:
        ref = look(source, entry_points, limit)
    except Refused as e:
        raise ValueError("the reference: %s" % e) from None  # which is not the answer's fault
    return {"functions": ref["functions"], "calls": ref["calls"]}, ref["stated"]


def answer(request):
    out = {"python": platform.python_version()}
    entry_points = request.get("entry_points") or []
    try:
        stated = {}
        if request.get("reference"):
            out["reference"], stated = _reference(request["reference"], entry_points, request["limit"])
        out.update(look(request["source"], entry_points, request["limit"], stated))
        del out["stated"]
    except SyntaxError as e:
        out["error"] = {"line": e.lineno or 0, "message": e.msg or "syntax error"}
    except Refused as e:
        out["error"] = {"line": 0, "message": str(e), "refused": True}
    except (RecursionError, ValueError) as e:
        out["error"] = {"line": 0, "message": str(e)}
    for h in out.get("hits", ()):
        h.setdefault("certain", False)
        h.setdefault("quiet", False)
    return out


def main(read, write):
    write(json.dumps(answer(json.loads(read()))))
