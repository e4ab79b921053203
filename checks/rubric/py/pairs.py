"""Pairs: the better form of code that visits every pair of rows, without an array that holds a third axis for all of them."""
import ast
import copy

import better
from names import ARRAY2, base_name, names_in

REDUCTIONS = {"sum", "norm", "mean", "max", "min", "dot", "inner", "nansum"}
ROOTS = {"sqrt", "norm", "dist", "hypot"}


def gram(a, b, out="result", root=True):
    """Euclidean distances from dot products: |x - y|^2 = |x|^2 + |y|^2 - 2 x.y."""
    last = "%s = np.sqrt(np.maximum(squared, 0))  # rounding can go below 0" if root else "%s = np.maximum(squared, 0)  # rounding can go below 0"
    if a == b:
        return "squares = (%s ** 2).sum(axis=1)\nsquared = squares[:, None] + squares - 2 * (%s @ %s.T)\n" % (a, a, a) + last % out
    return "left, right = (%s ** 2).sum(axis=1), (%s ** 2).sum(axis=1)\nsquared = left[:, None] + right - 2 * (%s @ %s.T)\n" % (a, b, a, b) + last % out


def columns(name):
    """What is left to say when no formula is known: a column has two axes when it is paired, not three."""
    return "column = %s[:, 0]  # a column at a time, or the dot products of all rows at once: %s @ %s.T\n" % ((name,) * 3) + \
        "result = ...  # one expression of column[:, None] and column gives every pair"


def of_loops(outer, i, j, kinds, rows=None):
    """For nested loops over i and j. rows tells what a loop's variable is a row of, and by which index: for i, a in enumerate(X)
    gives {"a": ("X", "i")}, for a in X gives {"a": ("X", "a")}."""
    target = _target(outer, i, j)
    return _form(outer, i, j, kinds, rows or {}, target or "result", _value(outer, target))


def of_one_loop(tree, i, kinds, rows=None):
    """For one loop whose pass takes one row from all: D[i] = norm(X - X[i], axis=1); "" when it is not such a one."""
    calls, rows = _called(tree), rows or {}
    for n in ast.walk(tree):
        if isinstance(n, ast.BinOp) and isinstance(n.op, ast.Sub) and _squares(tree, calls) and calls & REDUCTIONS:
            for one, every in ((n.left, n.right), (n.right, n.left)):
                var, a = _row(one, rows)
                if var == i and isinstance(every, ast.Name) and kinds.kind.get(every.id) == ARRAY2:
                    return gram(a, every.id, _stored(tree, i) or "result", bool(calls & ROOTS) or _half_power(tree))
    return ""


def _stored(tree, i):
    """The name of the array whose entry i is written, or ""."""
    for n in ast.walk(tree):
        if isinstance(n, ast.Subscript) and isinstance(n.ctx, ast.Store) and i in names_in(n.slice):
            return base_name(n)
    return ""


def of_comprehension(node, kinds):
    """For [[f(a, b) for b in Y] for a in X], or with indices; "" when it is not such a one."""
    inner = node.elt if isinstance(node.elt, ast.ListComp) else None
    gens = node.generators + (inner.generators if inner else [])
    if len(gens) != 2 or not all(isinstance(g.target, ast.Name) for g in gens) or any(g.ifs for g in gens):
        return ""
    rows = {g.target.id: (g.iter.id, g.target.id) for g in gens if isinstance(g.iter, ast.Name)}
    elt = inner.elt if inner else node.elt
    return _form(elt, gens[0].target.id, gens[1].target.id, kinds, rows, "result", elt)


def _form(tree, i, j, kinds, rows, out, value):
    calls = _called(tree)
    for a, b in _differences(tree, i, j, rows):
        if kinds.kind.get(a) == ARRAY2 or kinds.kind.get(b) == ARRAY2 or calls & REDUCTIONS or "dist" in calls:
            if _squares(tree, calls):
                return gram(a, b, out, bool(calls & ROOTS) or _half_power(tree))
            if calls & {"abs", "fabs", "absolute"}:
                return "from scipy.spatial.distance import cdist\n%s = cdist(%s, %s, \"cityblock\")  # all pairs in compiled code" % (out, a, b)
    if value is not None:
        a, b = _dotted_rows(value, i, j, rows)
        if a:
            return "%s = %s @ %s.T" % (out, a, b)
        form = _flat(value, i, j, kinds, rows)
        if form:
            return "%s = %s" % (out, form)
    for n in ast.walk(tree):
        if isinstance(n, ast.Subscript) and isinstance(n.ctx, ast.Load) and kinds.kind.get(base_name(n)) == ARRAY2:
            return columns(base_name(n))
    if rows:
        return columns(next(iter(rows.values()))[0])
    return "left, right = x[:, None], x  # rows down, rows across\nresult = ...  # one expression of left and right gives every pair"


def _called(tree):
    out = set()
    for n in ast.walk(tree):
        if isinstance(n, ast.Call):
            out.add(n.func.attr if isinstance(n.func, ast.Attribute) else n.func.id if isinstance(n.func, ast.Name) else "")
        elif isinstance(n, ast.BinOp) and isinstance(n.op, ast.MatMult):
            out.add("dot")
    return out


def _row(node, rows):
    """(variable, array) of X[i], X[i, k], X[i][k] or a row that a loop names; ("", "") of anything else."""
    if isinstance(node, ast.Subscript) and isinstance(node.value, ast.Subscript):
        node = node.value
    if isinstance(node, ast.Subscript) and isinstance(node.value, ast.Name):
        first = node.slice.elts[0] if isinstance(node.slice, ast.Tuple) and node.slice.elts else node.slice
        if node.value.id in rows:
            return rows[node.value.id][::-1]
        return (first.id, node.value.id) if isinstance(first, ast.Name) else ("", "")
    if isinstance(node, ast.Name) and node.id in rows:
        return rows[node.id][::-1]
    return "", ""


def _differences(tree, i, j, rows):
    """Array names (a, b) of every X[i] - Y[j] and dist(X[i], Y[j])."""
    for n in ast.walk(tree):
        pair = ()
        if isinstance(n, ast.BinOp) and isinstance(n.op, ast.Sub):
            pair = n.left, n.right
        elif isinstance(n, ast.Call) and len(n.args) == 2 and isinstance(n.func, ast.Attribute) and n.func.attr == "dist":
            pair = n.args
        if pair:
            (u, a), (v, b) = _row(pair[0], rows), _row(pair[1], rows)
            if u == i and v == j:
                yield a, b
            elif u == j and v == i:
                yield b, a


def _squares(tree, calls):
    """Whether differences are squared somewhere: ** 2, d * d, d @ d, norm, dist."""
    for n in ast.walk(tree):
        if isinstance(n, ast.BinOp) and (isinstance(n.op, ast.Pow) and isinstance(n.right, ast.Constant) and n.right.value == 2
                                         or isinstance(n.op, (ast.Mult, ast.MatMult)) and ast.dump(n.left) == ast.dump(n.right)):
            return True
    return bool(calls & {"norm", "dist", "square", "dot", "inner"})


def _half_power(tree):
    return any(isinstance(n, ast.BinOp) and isinstance(n.op, ast.Pow) and isinstance(n.right, ast.Constant) and n.right.value == 0.5 for n in ast.walk(tree))


def _target(outer, i, j):
    """The name of the array whose entry (i, j) is written, or ""."""
    for n in ast.walk(outer):
        if isinstance(n, ast.Subscript) and isinstance(n.ctx, ast.Store) and {i, j} <= names_in(n):
            return base_name(n)
    return ""


def _value(outer, target):
    """What the one assignment in the inner loop writes, or None."""
    inner = outer.body[0] if len(outer.body) == 1 else None
    if not target or not isinstance(inner, ast.For) or len(inner.body) != 1 or not isinstance(inner.body[0], ast.Assign):
        return None
    return inner.body[0].value


def _dotted_rows(value, i, j, rows):
    """(X, Y) when the value is X[i] @ Y[j] or np.dot(X[i], Y[j])."""
    pair = ()
    if isinstance(value, ast.BinOp) and isinstance(value.op, ast.MatMult):
        pair = value.left, value.right
    elif isinstance(value, ast.Call) and isinstance(value.func, ast.Attribute) and value.func.attr in ("dot", "inner"):
        pair = value.args if len(value.args) == 2 else [value.func.value] + value.args
    if len(pair) == 2:
        (u, a), (v, b) = _row(pair[0], rows), _row(pair[1], rows)
        if {u, v} == {i, j}:
            return (a, b) if u == i else (b, a)
    return "", ""


class _Flat(ast.NodeTransformer):
    """x[i] -> x[:, None] and y[j] -> y."""

    def __init__(self, i, j, rows):
        self.i, self.j, self.rows = i, j, rows

    def visit_Subscript(self, node):
        var, array = _row(node, self.rows)
        if var in (self.i, self.j) and isinstance(node.value, ast.Name) and isinstance(node.slice, ast.Name):
            return self._spread(var, array)
        return self.generic_visit(node)

    def visit_Name(self, node):
        return self._spread(*_row(node, self.rows)) if node.id in self.rows else node

    def _spread(self, var, array):
        name = ast.Name(array, ast.Load())
        return ast.parse("%s[:, None]" % array, mode="eval").body if var == self.i else name


def _flat(value, i, j, kinds, rows):
    """Broadcasting of two arrays with one axis each; "" where one may have two, or where an element's own function is called."""
    arrays = {_row(n, rows)[1] for n in ast.walk(value) if isinstance(n, (ast.Subscript, ast.Name))} - {""}
    if not arrays or any(kinds.kind.get(a) == ARRAY2 for a in arrays) or _called(value) & REDUCTIONS:
        return ""
    new = ast.fix_missing_locations(_Flat(i, j, rows).visit(copy.deepcopy(value)))
    return better.whole(new, "") if not names_in(new) & {i, j} else ""
