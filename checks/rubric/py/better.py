"""Better: the better form of a finding, written with the candidate's own names where that can be done safely."""
import ast
import copy

MATH = {"sqrt": "np.sqrt", "exp": "np.exp", "log": "np.log", "sin": "np.sin", "cos": "np.cos", "fabs": "np.abs", "floor": "np.floor"}


def text(node, limit=160):
    try:
        out = ast.unparse(node)
    except (ValueError, RecursionError):
        return ""
    return out if len(out) <= limit else ""


class _Whole(ast.NodeTransformer):
    """x[i] -> x, row['a'] -> df['a'], math.sqrt -> np.sqrt; gives up (self.ok = False) on anything else that uses i."""

    def __init__(self, index, row="", frame="", names=None):
        self.index, self.row, self.frame, self.names, self.ok = index, row, frame, names or {}, True

    def visit_Subscript(self, node):
        if isinstance(node.slice, ast.Name) and node.slice.id == self.index and isinstance(node.value, ast.Name):
            return node.value
        if self.row and isinstance(node.value, ast.Name) and node.value.id == self.row:
            node.value = ast.Name(self.frame, ast.Load())
            return node
        if self.index and isinstance(node.slice, ast.Tuple):
            parts = [ast.Slice() if isinstance(e, ast.Name) and e.id == self.index else e for e in node.slice.elts]
            if any(p is not e for p, e in zip(parts, node.slice.elts)):
                node.slice = ast.Tuple(parts, ast.Load())
        return self.generic_visit(node)

    def visit_Attribute(self, node):
        if self.row and isinstance(node.value, ast.Name) and node.value.id == self.row:
            return ast.Subscript(ast.Name(self.frame, ast.Load()), ast.Constant(node.attr), ast.Load())
        return self.generic_visit(node)

    def visit_Call(self, node):
        f = node.func
        if isinstance(f, ast.Attribute) and isinstance(f.value, ast.Name) and f.value.id == "math" and f.attr in MATH:
            node.func = ast.parse(MATH[f.attr], mode="eval").body
        elif isinstance(f, ast.Name) and f.id in ("abs",):
            node.func = ast.parse("np.abs", mode="eval").body
        elif isinstance(f, ast.Name):
            self.ok = False  # an own function of one element: it may not take an array
        return self.generic_visit(node)

    def visit_IfExp(self, node):
        node = self.generic_visit(node)
        return ast.Call(ast.parse("np.where", mode="eval").body, [node.test, node.body, node.orelse], [])

    def visit_BoolOp(self, node):
        self.ok = False
        return node

    def visit_Name(self, node):
        if node.id in (self.index, self.row) and node.id:
            self.ok = False
        return node


def whole(expr, index, row="", frame=""):
    """expr without its element index, as source; "" when it cannot be said simply."""
    t = _Whole(index, row, frame)
    try:
        new = t.visit(copy.deepcopy(expr))
        return text(ast.fix_missing_locations(new)) if t.ok else ""
    except (AttributeError, TypeError, ValueError):
        return ""


def of_index_loop(loop, index):
    """For a loop over one index: out[i] = f(x[i]) or out.append(f(x[i])) or total += f(x[i])."""
    if len(loop.body) != 1:
        return ""
    s = loop.body[0]
    if isinstance(s, ast.Assign) and isinstance(s.targets[0], ast.Subscript) and isinstance(s.targets[0].value, ast.Name):
        target, value = s.targets[0], whole(s.value, index)
        if isinstance(target.slice, ast.Name) and target.slice.id == index and value:
            return "%s = %s" % (target.value.id, value)
    if isinstance(s, ast.AugAssign) and isinstance(s.target, ast.Name) and isinstance(s.op, ast.Add):
        v = s.value
        if isinstance(v, ast.BinOp) and isinstance(v.op, ast.Mult):
            a, b = whole(v.left, index), whole(v.right, index)
            if a.isidentifier() and b.isidentifier():
                return "%s = %s @ %s" % (s.target.id, a, b)
        value = whole(v, index)
        if value:
            return "%s = np.sum(%s)" % (s.target.id, value)
    return of_append(s, lambda e: whole(e, index))


def of_append(s, convert):
    if isinstance(s, ast.Expr) and isinstance(s.value, ast.Call) and isinstance(s.value.func, ast.Attribute) and s.value.func.attr == "append":
        out = s.value.func.value
        value = convert(s.value.args[0]) if len(s.value.args) == 1 and isinstance(out, ast.Name) else ""
        if value:
            return "%s = %s" % (out.id, value)
    return ""


def of_rows(loop, frame, row, index):
    """For `for i, row in df.iterrows(): df.at[i, 'c'] = f(row)`."""
    if len(loop.body) != 1 or not frame:
        return ""
    s = loop.body[0]
    if isinstance(s, ast.Assign) and isinstance(s.targets[0], ast.Subscript):
        target = s.targets[0]
        value = whole(s.value, index, row, frame)
        if isinstance(target.slice, ast.Tuple) and len(target.slice.elts) == 2 and value:
            col = text(target.slice.elts[1])
            return "%s[%s] = %s" % (frame, col, value) if col else ""
    return of_append(s, lambda e: whole(e, index, row, frame))


def of_apply(call, frame):
    """For df.apply(lambda r: f(r), axis=1)."""
    fn = call.args[0] if call.args else None
    if isinstance(fn, ast.Lambda) and len(fn.args.args) == 1 and frame:
        return whole(fn.body, "", fn.args.args[0].arg, frame)
    return ""


def of_append_loop(loop):
    """The comprehension that a loop with a single append would be, or ""."""
    body, test = loop.body, ""
    if len(body) == 1 and isinstance(body[0], ast.If) and not body[0].orelse:
        test, body = " if " + text(body[0].test), body[0].body
    if len(body) != 1 or loop.orelse:
        return ""
    form = of_append(body[0], text)
    name, _, value = form.partition(" = ")
    if not value or test == " if ":
        return ""
    return "%s = [%s for %s in %s%s]" % (name, value, text(loop.target), text(loop.iter), test)
