"""Better: the better form of a finding, written with the candidate's own names where that can be done safely."""
import ast
import copy

from names import REDUCERS, names_in, unparsed

MATH = {"sqrt": "np.sqrt", "exp": "np.exp", "log": "np.log", "sin": "np.sin", "cos": "np.cos", "fabs": "np.abs", "floor": "np.floor"}


def text(node, limit=160):
    try:
        out = ast.unparse(node)
    except (ValueError, RecursionError):
        return ""
    return out if len(out) <= limit else ""


class _Whole(ast.NodeTransformer):
    """x[i] -> x, row['a'] -> df['a'], math.sqrt -> np.sqrt, one element's name -> the whole; gives up (self.ok = False) where
    the same words on whole arrays would mean something else."""

    def __init__(self, index, row="", frame="", element="", seq=None):
        self.index, self.row, self.frame, self.element, self.seq, self.ok = index, row, frame, element, seq, True
        self.keep = False  # a reduction over a row stands beside the row itself

    def of(self, expr):
        """The new expression, or None."""
        about = {self.index, self.row, self.element} - {""}
        if isinstance(expr, (ast.Tuple, ast.List)) or about and not about & names_in(expr):
            return None
        expr = copy.deepcopy(expr)
        reduced = [n for c in ast.walk(expr) if _reducer(c) for n in ast.walk(c) if self._one(n)]
        self.keep = sum(map(self._one, ast.walk(expr))) > len(reduced)
        new = ast.fix_missing_locations(self.visit(expr))
        return new if self.ok else None

    def _one(self, node):
        """Whether node is one element (or row) of what the loop walks over."""
        if isinstance(node, ast.Name):
            return bool(self.element) and node.id == self.element
        return bool(self.index) and isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Name) and node.slice.id == self.index

    def visit_Subscript(self, node):
        if self._one(node) and isinstance(node.value, ast.Name):
            return node.value
        if self.row and isinstance(node.value, ast.Name) and node.value.id == self.row:
            node.value = ast.Name(self.frame, ast.Load())
            return node
        if self.element and self._one(node.value):
            self.ok = False  # one column of a row
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
        if isinstance(f, ast.Attribute) and isinstance(f.value, ast.Name) and f.value.id == "math":
            self.ok &= f.attr in MATH
            node.func = ast.parse(MATH.get(f.attr, "np.abs"), mode="eval").body
        elif isinstance(f, ast.Name) and f.id == "abs":
            node.func = ast.parse("np.abs", mode="eval").body
        elif isinstance(f, ast.Name) or isinstance(f.value, ast.Name) and f.value.id == self.row and self.row:
            self.ok = False  # an own function of one element, or a method of a row: it may not take the whole
        elif f.attr in ("dot", "inner", "matmul", "outer"):
            pair = node.args if len(node.args) == 2 else [f.value] + node.args
            self.ok &= not any(self._one(n) for p in pair[1:] for n in ast.walk(p))
        elif _reducer(node) and any(self._one(n) for n in ast.walk(node)):
            self._by_row(node)
        return self.generic_visit(node)

    def _by_row(self, call):
        """A reduction of a row is one with axis=1 of all rows."""
        over = call.args[0] if call.args else call.func.value
        if call.keywords or len(call.args) > 1 or not any(self._one(n) for n in ast.walk(over)):
            self.ok = False
        call.keywords = [ast.keyword("axis", ast.Constant(1))] + ([ast.keyword("keepdims", ast.Constant(True))] if self.keep else [])

    def visit_BinOp(self, node):
        if isinstance(node.op, ast.MatMult) and any(self._one(n) for n in ast.walk(node.right)):
            self.ok = False  # row @ X is X.T @ row: not the same words
        return self.generic_visit(node)

    def visit_Compare(self, node):
        if len(node.ops) > 1 or isinstance(node.ops[0], (ast.In, ast.NotIn, ast.Is, ast.IsNot)):
            self.ok = False  # these ask for one truth
        return self.generic_visit(node)

    def visit_UnaryOp(self, node):
        self.ok &= not isinstance(node.op, ast.Not)
        return self.generic_visit(node)

    def visit_IfExp(self, node):
        node = self.generic_visit(node)
        return ast.Call(ast.parse("np.where", mode="eval").body, [node.test, node.body, node.orelse], [])

    def _scalar(self, node):
        self.ok = False
        return node

    visit_BoolOp = visit_JoinedStr = visit_Lambda = visit_ListComp = visit_GeneratorExp = visit_SetComp = visit_DictComp = _scalar
    visit_Dict = visit_Set = visit_NamedExpr = _scalar

    def visit_Name(self, node):
        if self._one(node):
            return copy.deepcopy(self.seq)
        if node.id in (self.index, self.row) and node.id:
            self.ok = False
        return node


def _reducer(node):
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in REDUCERS


def whole(expr, index, row="", frame=""):
    """expr without its element index, as source; "" when it cannot be said simply."""
    return _said(_Whole(index, row, frame), expr)


def of_element(expr, name, seq):
    """expr about one element `name` of seq, said of all of seq."""
    return _said(_Whole("", element=name, seq=seq), expr)


def _said(transformer, expr):
    try:
        new = transformer.of(expr)
        return text(new) if new is not None else ""
    except (AttributeError, TypeError, ValueError, RecursionError):
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


def of_element_loop(loop):
    """For `for v in x` with out.append(f(v)) or total += f(v), or ""."""
    if len(loop.body) != 1 or not isinstance(loop.target, ast.Name):
        return ""
    s = loop.body[0]
    if isinstance(s, ast.AugAssign) and isinstance(s.target, ast.Name) and isinstance(s.op, ast.Add):
        value = of_element(s.value, loop.target.id, loop.iter)
        return "%s = np.sum(%s)" % (s.target.id, value) if value else ""
    return of_append(s, lambda e: of_element(e, loop.target.id, loop.iter))


def of_rows(loop, frame, row, index):
    """For `for i, row in df.iterrows(): df.at[i, 'c'] = f(row)`."""
    if len(loop.body) != 1 or not frame or not row:
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


def of_growth(loop, value):
    """For x = np.append(x, value) in a loop whose passes do not need each other: value said of all passes at once, or ""."""
    if not isinstance(loop, ast.For) or not isinstance(loop.target, ast.Name) or len(loop.body) != 1:
        return ""
    if isinstance(loop.iter, ast.Call) and isinstance(loop.iter.func, ast.Name) and loop.iter.func.id == "range":
        seq = ast.parse("np.arange").body[0].value
        return of_element(value, loop.target.id, ast.Call(seq, loop.iter.args, []))
    return of_element(value, loop.target.id, loop.iter) if isinstance(loop.iter, ast.Name) else ""


def head(fn, change=None):
    """The function's own signature, with the default of one parameter as None."""
    args = copy.deepcopy(fn.args)
    places = [(args.posonlyargs + args.args, args.defaults), (args.kwonlyargs, args.kw_defaults)]
    for names, defaults in places:
        for i in range(1, len(defaults) + 1):
            if defaults[-i] is not None and names[-i].arg == change:
                defaults[-i] = ast.Constant(None)
                if names[-i].annotation is not None:
                    names[-i].annotation = ast.BinOp(names[-i].annotation, ast.BitOr(), ast.Constant(None))
    return "def %s(%s)%s:" % (fn.name, unparsed(args), " -> " + unparsed(fn.returns) if fn.returns else "")
