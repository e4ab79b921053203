"""Safe: forms that give wrong results or surprise the caller: axis, NaN, aliases, integer division, index, stars, defaults."""
import ast
import re

import better
from loops import _hit
from names import ARRAY2, ARRAYS, FRAME, LIST, SERIES, TABLES, WHOLE, base_name, dotted, names_in, own_nodes

AXIS_REDUCERS = {"mean", "std", "var", "min", "max", "median", "amin", "amax", "nanmean", "nanstd", "norm", "sum"}
# NumPy's elementwise functions that people mask with where=; reductions take where= too and leave nothing out.
MASKED = {"add", "subtract", "multiply", "divide", "true_divide", "floor_divide", "mod", "remainder", "power", "float_power", "reciprocal",
          "sqrt", "log", "log2", "log10", "log1p", "exp", "expm1", "arccos", "arcsin", "maximum", "minimum"}
# What only the surroundings of a call know: who called, what else is loaded. Not the environment: libraries are set up by it.
SURROUNDINGS = {"get_ipython", "__IPYTHON__", "sys.modules", "sys.ps1", "sys._getframe", "inspect.stack", "inspect.currentframe",
                "gc.get_objects", "gc.get_referrers"}
MUTATORS = {"append", "extend", "insert", "add", "update", "pop", "clear", "remove", "setdefault", "popitem", "sort", "fill", "drop"}


def hits(scope, kinds, names, entry):
    found = _axis(scope, kinds, names) + _nan(scope, names) + _unset(scope, names) + _alias(scope, kinds, names) + _chained(scope, kinds)
    found += _integer_division(scope, kinds) + _index(scope, kinds, names) + _swallow(scope)
    if isinstance(scope, (ast.FunctionDef, ast.AsyncFunctionDef)):
        found += _defaults(scope, names) + _surroundings(scope, names)
        if entry:
            found += _writes_into_argument(scope, kinds, names)
    return found


def _axis(scope, kinds, names):
    """A reduction of a 2-D array without axis whose result is combined with that array again."""
    nodes = own_nodes(scope)
    assigned = {}
    for n in nodes:
        if isinstance(n, ast.Assign) and len(n.targets) == 1 and isinstance(n.targets[0], ast.Name):
            assigned[n.targets[0].id] = n.value
    out, seen = [], set()
    for n in nodes:
        if not (isinstance(n, ast.BinOp) and isinstance(n.op, (ast.Sub, ast.Div))):
            continue
        right = n.right
        call = assigned.get(right.id) if isinstance(right, ast.Name) else right
        base = _reduced(call, kinds, names)
        if base and base in names_in(n.left) and call.lineno not in seen:
            seen.add(call.lineno)
            fixed = better.text(ast.Call(call.func, call.args, call.keywords + [ast.keyword("axis", ast.Constant(0))]))
            out.append(_hit("A301", "axis", call, "`%s` has rows and columns, and without axis the reduction mixes them all into one number; every column needs its own." % base,
                            fixed + "  # the axis that disappears: one value per column", ["%s is 2-D" % base]))
    return out


def _reduced(call, kinds, names):
    """Name of the 2-D array that call reduces as a whole, or ""."""
    if not isinstance(call, ast.Call) or any(k.arg in ("axis", "keepdims") for k in call.keywords):
        return ""
    name = dotted(call.func, names)
    last = name.split(".")[-1]
    if last not in AXIS_REDUCERS:
        return ""
    if name.startswith("numpy.") and len(call.args) == 1:
        arg = call.args[0]
    elif isinstance(call.func, ast.Attribute) and not call.args:
        arg = call.func.value
    else:
        return ""
    return arg.id if isinstance(arg, ast.Name) and kinds.kind.get(arg.id) == ARRAY2 else ""


def _nan(scope, names):
    out = []
    for n in own_nodes(scope):
        if isinstance(n, ast.Compare) and len(n.ops) == 1 and isinstance(n.ops[0], (ast.Eq, ast.NotEq)):
            for a, b in ((n.left, n.comparators[0]), (n.comparators[0], n.left)):
                name = dotted(b, names) if isinstance(b, (ast.Attribute, ast.Name)) else ""
                if name in ("numpy.nan", "math.nan", "pandas.NA", "numpy.NaN"):
                    what = better.text(a, 60) or "..."
                    out.append(_hit("A401", "nan", n, "NaN is not equal to anything, itself included, so this is never what it seems.",
                                    "np.isnan(%s)" % what if isinstance(n.ops[0], ast.Eq) else "~np.isnan(%s)" % what, ["== with NaN"]))
    return out


def _unset(scope, names):
    """np.divide(a, b, where=mask) without out=: what the mask leaves out is whatever the memory held."""
    nodes = own_nodes(scope)
    chosen = {id(n) for w in nodes if isinstance(w, ast.Call) and dotted(w.func, names) == "numpy.where" for n in ast.walk(w)}
    out = []
    for n in nodes:
        if not isinstance(n, ast.Call) or id(n) in chosen or dotted(n.func, names) not in ("numpy." + f for f in MASKED):
            continue
        keys = {k.arg: k.value for k in n.keywords}
        if "where" in keys and not isinstance(keys["where"], ast.Constant) and not keys.keys() & {"out", None}:
            out.append(_hit("A402", "unset", n, "where= without out= leaves the other entries unset: they are whatever the memory held before, often 0, sometimes not.",
                            "%s, out=np.zeros_like(...))  # what the other entries shall be" % (better.text(n, 100)[:-1] or "np.divide(a, b, where=mask"), ["where= without out="]))
    return out


def _alias(scope, kinds, names):
    """b = a, or b = a[...], then an in-place write through b."""
    nodes = own_nodes(scope)
    params = set(getattr(kinds, "params", ()))
    alias, out = {}, []
    for n in nodes:
        if isinstance(n, ast.Assign) and len(n.targets) == 1 and isinstance(n.targets[0], ast.Name):
            value, target = n.value, n.targets[0].id
            if isinstance(value, ast.Name) and kinds.kind.get(value.id) in WHOLE + (LIST,) and value.id != target:
                alias[target] = (value.id, n)
            elif isinstance(value, ast.Subscript) and isinstance(value.value, ast.Name) and value.value.id in params and value.value.id != target \
                    and kinds.kind.get(value.value.id) in ARRAYS and isinstance(value.slice, ast.Slice):
                alias[target] = (value.value.id, n)
            else:
                alias.pop(target, None)
        base, node = _in_place(n)
        if base in alias:
            source, made = alias[base]
            out.append(_hit("A501", "alias", made, "`%s` is another name for the data of `%s`, not a copy: line %d changes both." % (base, source, node.lineno),
                            "%s = %s.copy()" % (base, better.text(made.value, 80)), ["line %d writes through %s" % (node.lineno, base)]))
            alias.pop(base)
    return out


def _in_place(n):
    """(name, node) when the statement changes the object behind a name."""
    if isinstance(n, ast.Assign):
        for t in n.targets:
            if isinstance(t, ast.Subscript):
                return base_name(t), n
    if isinstance(n, ast.AugAssign) and isinstance(n.target, (ast.Subscript, ast.Name)):
        return base_name(n.target), n
    if isinstance(n, ast.Call) and isinstance(n.func, ast.Attribute) and isinstance(n.func.value, ast.Name):
        inplace = any(k.arg == "inplace" and isinstance(k.value, ast.Constant) and k.value.value is True for k in n.keywords)
        if inplace or n.func.attr in ("append", "extend", "sort", "fill", "insert", "pop", "clear"):
            return n.func.value.id, n
    return "", n


def _writes_into_argument(fn, kinds, names):
    """An entry point that writes into an array or frame that it was given, or into what np.asarray gave back unchanged."""
    shared = {p: None for p in kinds.params}  # name -> the line that made it share the argument's data
    always = set(map(id, fn.body))
    for n in own_nodes(fn):
        base, node = _in_place(n)
        if base in shared and (kinds.kind.get(base) in WHOLE or shared[base]):
            if not shared[base]:
                return [_hit("A503", "alias", node, "This writes into the caller's `%s`: after the call their data has changed." % base,
                             "%s = %s.copy()  # first, then change the copy" % (base, base), ["%s is an argument" % base])]
            return [_hit("A503", "alias", node, "np.asarray makes no copy of an array that has the type already, so this writes into the caller's data.",
                         "%s = np.array(..., dtype=float)  # a copy, always" % base, ["line %d may share the argument's data" % shared[base]])]
        if isinstance(n, ast.Assign) and len(n.targets) == 1 and isinstance(n.targets[0], ast.Name):
            target, source = n.targets[0].id, _same_data(n.value, names)
            if source in shared:
                shared[target] = n.lineno
            elif id(n) in always:
                shared.pop(target, None)
    return []


def _same_data(value, names):
    """The name whose data an expression may hand on: np.asarray(x), x[:], x.reshape(...), x.T."""
    while True:
        if isinstance(value, ast.Call) and dotted(value.func, names) in ("numpy.asarray", "numpy.asanyarray", "numpy.ravel", "numpy.atleast_2d") and value.args:
            value = value.args[0]
        elif isinstance(value, ast.Call) and isinstance(value.func, ast.Attribute) and value.func.attr in ("reshape", "ravel", "view"):
            value = value.func.value
        elif isinstance(value, ast.Subscript) and isinstance(value.slice, ast.Slice) or isinstance(value, ast.Attribute) and value.attr == "T":
            value = value.value
        else:
            return value.id if isinstance(value, ast.Name) else ""


def _chained(scope, kinds):
    """df[mask]['c'] = v writes into a temporary copy."""
    out = []
    for n in own_nodes(scope):
        if not isinstance(n, ast.Assign):
            continue
        for t in n.targets:
            if not (isinstance(t, ast.Subscript) and isinstance(t.value, ast.Subscript)):
                continue
            inner = t.value
            mask = isinstance(inner.slice, (ast.Compare, ast.UnaryOp)) and not isinstance(inner.slice, ast.Constant) or \
                isinstance(inner.slice, ast.BinOp) and isinstance(inner.slice.op, (ast.BitAnd, ast.BitOr))
            if isinstance(inner.slice, ast.UnaryOp) and not isinstance(inner.slice.op, ast.Invert):
                mask = False
            frame = kinds.of(inner.value) == FRAME
            by_loc = isinstance(inner.value, ast.Attribute) and inner.value.attr in ("loc", "iloc") and not isinstance(inner.slice, ast.Tuple)
            if mask or frame or by_loc and kinds.kind.get(base_name(inner)) == FRAME:
                base = better.text(inner.value, 40) or "df"
                col, rows = better.text(t.slice, 60) or "...", better.text(inner.slice, 80) or "..."
                if isinstance(inner.slice, ast.Constant):
                    col, rows = rows, col
                out.append(_hit("A502", "chain", n, "Two brackets in a row write into a temporary copy, so `%s` stays as it was." % base,
                                "%s.loc[%s, %s] = %s" % (base.replace(".loc", ""), rows, col, better.text(n.value, 60) or "value"), ["chained write"]))
    return out


def _integer_division(scope, kinds):
    """sum // count, and int(sum / count)."""
    out = []
    for n in own_nodes(scope):
        if isinstance(n, ast.BinOp) and isinstance(n.op, ast.FloorDiv) and _sum_like(n.left) and _count_like(n.right, kinds):
            out.append(_hit("A601", "intdiv", n, "`//` throws the fraction away, so this mean of whole numbers is cut down.",
                            "%s / %s" % (better.text(n.left, 60) or "total", better.text(n.right, 60) or "count"), ["floor division of a sum by a count"]))
    return out


def _sum_like(node):
    for n in ast.walk(node):
        if isinstance(n, ast.Call) and (isinstance(n.func, ast.Name) and n.func.id == "sum" or isinstance(n.func, ast.Attribute) and n.func.attr in ("sum", "nansum")):
            return True
        if isinstance(n, ast.Name) and n.id in ("total", "sums", "sum_", "running_sum", "acc", "totals"):
            return True
    return False


def _count_like(node, kinds):
    text = better.text(node, 80)
    return bool(kinds.size_of(node)) or ".count(" in text or "len(" in text or ".size" in text or text in ("n", "count", "counts", "k", "num")


def _index(scope, kinds, names):
    """A filtered frame used by position without reset_index."""
    filtered, out = {}, []
    for n in own_nodes(scope):
        if isinstance(n, ast.Assign) and len(n.targets) == 1 and isinstance(n.targets[0], ast.Name):
            target, value = n.targets[0].id, n.value
            masks = isinstance(value, ast.Subscript) and isinstance(value.slice, (ast.Compare, ast.BinOp, ast.UnaryOp)) and \
                (kinds.of(value.value) in TABLES or kinds.of(value.value) is None and any(isinstance(c.value, str) for c in ast.walk(value) if isinstance(c, ast.Constant)))
            drops = isinstance(value, ast.Call) and isinstance(value.func, ast.Attribute) and value.func.attr in ("dropna", "query", "drop_duplicates", "sort_values") \
                and kinds.of(value.func.value) in TABLES and not any(k.arg == "ignore_index" for k in value.keywords)
            if masks or drops:
                filtered[target] = n
            else:
                filtered.pop(target, None)
        use = _positional(n, filtered, kinds)
        if use:
            made = filtered.pop(use)
            out.append(_hit("A701", "index", made, "Filtering keeps the old labels, and line %d uses `%s` by position: label and position are no longer the same." % (n.lineno, use),
                            "%s = %s.reset_index(drop=True)  # or use .iloc for positions" % (use, better.text(made.value, 100) or "..."), ["line %d uses %s by position" % (n.lineno, use)]))
    return out


def _positional(n, filtered, kinds):
    if isinstance(n, ast.Subscript) and base_name(n) in filtered:
        inner = n.value
        key = n.slice
        number = isinstance(key, ast.Constant) and isinstance(key.value, int) and not isinstance(key.value, bool)
        counter = isinstance(key, ast.Name) and len(key.id) == 1 and key.id in "ijk"
        column = isinstance(inner, ast.Subscript) or isinstance(inner, ast.Attribute) and inner.attr == "loc"
        if column and (number or counter):
            return base_name(n)
    return ""


def _defaults(fn, names):
    out = []
    a = fn.args
    pairs = list(zip((a.posonlyargs + a.args)[::-1], a.defaults[::-1])) + [(x, d) for x, d in zip(a.kwonlyargs, a.kw_defaults) if d is not None]
    for arg, default in pairs:
        made = isinstance(default, (ast.List, ast.Dict, ast.Set, ast.ListComp)) or isinstance(default, ast.Call) and \
            dotted(default.func, names) in ("list", "dict", "set", "numpy.zeros", "numpy.array", "numpy.ones", "numpy.empty", "pandas.DataFrame", "pandas.Series", "collections.defaultdict")
        meant = arg.arg.startswith("_") or re.search(r"(?i)cache|memo|shared", ast.get_docstring(fn) or "")
        if not made or meant:
            continue
        change = _changes(fn, arg.arg)
        hit = _hit("A901", "default", arg, "The default of `%s` is made once and shared by every call%s." %
                   (arg.arg, ", and line %d changes it, so one call leaks into the next" % change.lineno if change else ""),
                   "%s\n    %s = %s if %s is None else %s" % (better.head(fn, arg.arg), arg.arg, better.text(default, 40) or "...", arg.arg, arg.arg), ["mutable default"])
        hit["certain"] = change is not None
        if change:
            hit["facts"] = ["a mutable default", "changed in line %d" % change.lineno]
        out.append(hit)
    return out


def _changes(fn, name):
    for n in own_nodes(fn):
        if isinstance(n, ast.Assign) and any(isinstance(t, ast.Name) and t.id == name for t in n.targets):
            return None
        base, node = _in_place(n)
        if base == name:
            return node
        if isinstance(n, ast.Call) and isinstance(n.func, ast.Attribute) and n.func.attr in MUTATORS and isinstance(n.func.value, ast.Name) and n.func.value.id == name:
            return n
    return None


def _swallow(scope):
    out = []
    for n in own_nodes(scope):
        if isinstance(n, ast.ExceptHandler):
            wide = n.type is None or isinstance(n.type, ast.Name) and n.type.id in ("Exception", "BaseException")
            silent = all(isinstance(s, (ast.Pass, ast.Continue)) for s in n.body)
            if wide and silent:
                hit = _hit("A902", "swallow", n, "Every error is caught and thrown away here, so a wrong input or a typo becomes a wrong result.",
                           "except ValueError:  # the one error that you expect\n    ...  # and do something about it", ["catches everything", "the handler does nothing"])
                hit["certain"] = n.type is None
                out.append(hit)
    return out


def _surroundings(fn, names):
    """A function that asks where it runs, or who calls it: it may do one thing for a reader and another for a test."""
    for n in own_nodes(fn):
        name = dotted(n, names) if isinstance(n, (ast.Name, ast.Attribute)) else ""
        if name in SURROUNDINGS:
            return [_hit("A903", "surroundings", n, "This asks `%s`, so the result depends on where the function runs and not only on its arguments." % name,
                         "%s  # what it needs to know comes in as an argument" % better.head(fn), ["reads %s" % name])]
    return []


def stars(found, tree):
    out = []
    for module, node in found:
        hit = _hit("A801", "star", node, "After a star import nobody can see where a name comes from, and it may replace a built-in (numpy brings its own sum, any, all ...).",
                   {"numpy": "import numpy as np", "pandas": "import pandas as pd", "math": "import math"}.get(module, "from %s import the_name_you_use" % module),
                   ["every name of %s" % module])
        used = sorted(_unbound(tree))
        if used and module.split(".")[0] in ("numpy", "pandas", "math", "scipy", "sklearn", "torch", "random", "statistics", "collections", "itertools"):
            hit["certain"] = True
            hit["facts"].append("names used without an import: " + ", ".join(used[:4]))
        out.append(hit)
    return out


def _unbound(tree):
    import builtins
    bound, used = set(dir(builtins)), set()
    for n in ast.walk(tree):
        if isinstance(n, (ast.FunctionDef, ast.ClassDef, ast.AsyncFunctionDef)):
            bound.add(n.name)
        elif isinstance(n, ast.arg):
            bound.add(n.arg)
        elif isinstance(n, ast.alias):
            bound.add((n.asname or n.name).split(".")[0])
        elif isinstance(n, ast.ExceptHandler) and n.name:
            bound.add(n.name)
        elif isinstance(n, ast.Name):
            (used if isinstance(n.ctx, ast.Load) else bound).add(n.id)
    return used - bound
