"""Names: what a candidate's names stand for.

Nothing here runs or imports the candidate's code. A name's kind (array, 2-D array, frame, series, list ...) is guessed
from annotations, docstrings and assignments; an unknown kind stays unknown, so rules that need one stay silent.
"""
import ast
import re

ARRAY, ARRAY2, FRAME, SERIES, LIST, DICT, TEXT, SCALAR = "array", "array2", "frame", "series", "list", "dict", "text", "scalar"
ARRAYS = (ARRAY, ARRAY2)
TABLES = (FRAME, SERIES)
WHOLE = ARRAYS + TABLES

DEFAULT_IMPORTS = {"np": "numpy", "pd": "pandas", "numpy": "numpy", "pandas": "pandas", "math": "math"}
REDUCERS = {"sum", "mean", "std", "var", "min", "max", "median", "argmax", "argmin", "any", "all", "prod", "nanmean",
            "nansum", "nanstd", "nanmin", "nanmax", "amin", "amax", "norm"}
ARRAY_METHODS = {"astype", "copy", "clip", "reshape", "transpose", "ravel", "flatten", "round", "cumsum", "cumprod", "dot",
                 "repeat", "take", "squeeze", "argsort", "to_numpy"}
FRAME_METHODS = {"copy", "drop", "dropna", "fillna", "sort_values", "sort_index", "reset_index", "set_index", "merge", "join",
                 "assign", "rename", "query", "drop_duplicates", "head", "tail", "sample", "astype", "pivot_table", "pivot",
                 "melt", "loc", "iloc", "reindex"}
NEW_SHAPES = {"zeros", "ones", "empty", "full"}
SCALAR_CALLS = {"len", "int", "float", "bool", "round", "abs"}
BUILTIN_LISTS = {"list", "sorted"}


def imports(tree):
    """Map of local name -> dotted name, and the star imports as (module, line)."""
    names, stars = {}, []
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for a in node.names:
                names[a.asname or a.name.split(".")[0]] = a.name if a.asname else a.name.split(".")[0]
        elif isinstance(node, ast.ImportFrom):
            for a in node.names:
                if a.name == "*":
                    stars.append((node.module or ".", node))
                else:
                    names[a.asname or a.name] = "%s.%s" % (node.module or "", a.name)
    for k, v in DEFAULT_IMPORTS.items():
        names.setdefault(k, v)
    return names, stars


def dotted(node, names):
    """Full dotted name of an expression like np.linalg.norm, or ""."""
    parts = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    if not isinstance(node, ast.Name):
        return ""
    return ".".join([names.get(node.id, node.id)] + parts[::-1])


def base_name(node):
    """The name at the root of a.b[c].d, or ""."""
    while isinstance(node, (ast.Attribute, ast.Subscript, ast.Starred)):
        node = node.value
    return node.id if isinstance(node, ast.Name) else ""


def own_nodes(scope):
    """Nodes of a function or module without those of functions and classes inside it, in source order. Found once: every rule asks."""
    found = getattr(scope, "_own_nodes", None)
    if found is not None:
        return found
    out, stack = [], list(reversed(scope.body))
    while stack:
        node = stack.pop()
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            continue
        out.append(node)
        stack.extend(reversed(list(ast.iter_child_nodes(node))))
    scope._own_nodes = out
    return out


def names_in(node):
    return {n.id for n in ast.walk(node) if isinstance(n, ast.Name)}


def unparsed(node):
    """The source of a node, "..." where there is none: some trees have no text."""
    try:
        return ast.unparse(node)
    except (ValueError, RecursionError):
        return "..."


def annotation_kind(node):
    if node is None:
        return None
    text = unparsed(node)
    if re.search(r"\bDataFrame\b", text):
        return FRAME
    if re.search(r"\bSeries\b", text):
        return SERIES
    if re.search(r"ndarray|NDArray|Tensor|\bArray\b", text):
        return ARRAY2 if re.search(r"\bn,\s*[dmkcph]\b|Matrix", text) else ARRAY
    if re.match(r"(typing\.)?(list|List|Sequence|Iterable|tuple|Tuple|set|Set)\b", text):
        return LIST
    if re.match(r"(typing\.)?(dict|Dict|Mapping)\b", text):
        return DICT
    if text in ("str", "bytes"):
        return TEXT
    if text in ("int", "float", "bool"):
        return SCALAR
    return None


def docstring_kinds(doc, params):
    """Kinds that the docstring states: 'X: array of shape (n, d)', 'X (np.ndarray): ...', 'frame : DataFrame'."""
    out = {}
    for p in params:
        m = re.search(r"(?m)^\s*(?::param\s+)?`*%s`*\s*(?:\(|:|--|-)(.{0,160})" % re.escape(p), doc or "")
        if not m:
            continue
        text = m.group(1)
        two = re.search(r"[(\[]\s*[A-Za-z_]\w*\s*,\s*[A-Za-z_]\w*\s*[)\]]|2-?[dD]\b|\bmatrix\b", text)
        if re.search(r"DataFrame|data frame", text):
            out[p] = FRAME
        elif re.search(r"\bSeries\b", text):
            out[p] = SERIES
        elif re.search(r"ndarray|\barray|matrix", text) or (two and "tuple" not in text):
            out[p] = ARRAY2 if two else ARRAY
    return out


class Kinds:
    """Kinds of the names in one scope. Later assignments win; a name assigned two different kinds has none."""

    def __init__(self, scope, names, outer=None, stated=None):
        self.names = names
        self.stated = stated or []  # kinds that the reference states for the parameters, by position
        self.kind = dict(outer.kind) if outer else {}
        self.params = []
        self.sizes = {}  # name -> the sequence whose length it is
        if isinstance(scope, (ast.FunctionDef, ast.AsyncFunctionDef)):
            self._params(scope)
        for node in own_nodes(scope):
            self._assign(node)
        self._two_dimensional(scope)

    def _params(self, fn):
        a = fn.args
        args = a.posonlyargs + a.args + a.kwonlyargs
        self.params = [x.arg for x in args]
        stated = docstring_kinds(ast.get_docstring(fn, clean=True), self.params)
        for i, x in enumerate(args):
            self.kind.pop(x.arg, None)
            kind = annotation_kind(x.annotation) or stated.get(x.arg) or (self.stated[i] if i < len(self.stated) else None)
            if kind == ARRAY and stated.get(x.arg) == ARRAY2:
                kind = ARRAY2
            if kind:
                self.kind[x.arg] = kind
            elif x.arg in ("df", "frame"):
                self.kind[x.arg] = FRAME

    def positions(self):
        """Kinds of the parameters, by position."""
        return [self.kind.get(p) for p in self.params]

    def _assign(self, node):
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            self._set(node.target.id, annotation_kind(node.annotation))
        if not isinstance(node, ast.Assign) or len(node.targets) != 1:
            return
        target, value = node.targets[0], node.value
        if isinstance(target, ast.Name):
            self._set(target.id, self.of(value))
            seq = self.size_of(value)
            if seq:
                self.sizes[target.id] = seq
        elif isinstance(target, ast.Tuple) and isinstance(value, ast.Attribute) and value.attr == "shape":
            seq = base_name(value)
            if len(target.elts) == 2 and seq and self.kind.get(seq) in (None, ARRAY):
                self.kind[seq] = ARRAY2
            for e in target.elts:
                if isinstance(e, ast.Name):
                    self.sizes[e.id] = seq

    def _set(self, name, kind):
        if name in self.kind and self.kind[name] != kind and not (kind in ARRAYS and self.kind[name] in ARRAYS):
            kind = None if kind is None or self.kind[name] not in (None, kind) else kind
        if kind is None:
            self.kind.pop(name, None)
        else:
            self.kind[name] = kind

    def _two_dimensional(self, scope):
        for node in own_nodes(scope):
            if isinstance(node, ast.Subscript) and isinstance(node.value, ast.Name) and isinstance(node.slice, ast.Tuple):
                real = [e for e in node.slice.elts if not (isinstance(e, ast.Constant) and e.value in (None, Ellipsis))]
                newaxis = len(real) != len(node.slice.elts)
                if len(real) == 2 and not newaxis and self.kind.get(node.value.id) == ARRAY:
                    self.kind[node.value.id] = ARRAY2

    def size_of(self, node):
        """The sequence whose length this expression is: len(x), x.shape[0], x.size, or a name assigned from one."""
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "len" and len(node.args) == 1:
            return base_name(node.args[0])
        if isinstance(node, ast.Subscript) and isinstance(node.value, ast.Attribute) and node.value.attr == "shape":
            return base_name(node.value)
        if isinstance(node, ast.Attribute) and node.attr == "size":
            return base_name(node)
        if isinstance(node, ast.Name):
            return self.sizes.get(node.id, "")
        return ""

    def of(self, node):
        """Kind of an expression, or None."""
        if isinstance(node, ast.Name):
            return self.kind.get(node.id)
        if isinstance(node, (ast.List, ast.ListComp)):
            return LIST
        if isinstance(node, (ast.Dict, ast.DictComp)):
            return DICT
        if isinstance(node, (ast.JoinedStr,)) or isinstance(node, ast.Constant) and isinstance(node.value, str):
            return TEXT
        if isinstance(node, ast.Constant):
            return SCALAR
        if isinstance(node, ast.Subscript):
            return self._subscript(node)
        if isinstance(node, ast.Call):
            return self._call(node)
        if isinstance(node, ast.BinOp):
            left, right = self.of(node.left), self.of(node.right)
            for k in (FRAME, SERIES, ARRAY2, ARRAY):
                if k in (left, right):
                    return k
        if isinstance(node, ast.UnaryOp):
            return self.of(node.operand)
        if isinstance(node, ast.Compare):
            left = self.of(node.left)
            return left if left in WHOLE else None
        if isinstance(node, ast.Attribute):
            if node.attr == "T":
                return self.of(node.value)
            if node.attr == "values" and self.of(node.value) in TABLES:
                return ARRAY2 if self.of(node.value) == FRAME else ARRAY
        return None

    def _subscript(self, node):
        base, index = self.of(node.value), node.slice
        if isinstance(node.value, ast.Attribute) and node.value.attr in ("loc", "iloc"):
            return None
        if base == FRAME:
            if isinstance(index, ast.Constant) and isinstance(index.value, str):
                return SERIES
            if isinstance(index, (ast.List, ast.Compare, ast.UnaryOp, ast.BinOp)):
                return FRAME
            return None
        if base == SERIES and not isinstance(index, ast.Constant):
            return SERIES
        if base in ARRAYS and isinstance(index, (ast.Slice, ast.Compare)):
            return base if isinstance(index, ast.Slice) else ARRAY
        return None

    def _call(self, node):
        name = dotted(node.func, self.names)
        if name in SCALAR_CALLS:
            return SCALAR
        if name in BUILTIN_LISTS:
            return LIST
        if name in ("dict", "collections.defaultdict", "collections.Counter"):
            return DICT
        if name.startswith("numpy."):
            return self._numpy_call(name.split(".")[-1], node)
        if name in ("pandas.DataFrame", "pandas.read_csv", "pandas.merge", "pandas.concat", "pandas.pivot_table", "pandas.melt"):
            return FRAME
        if name == "pandas.Series" or name == "pandas.to_datetime" and node.args and self.of(node.args[0]) == SERIES:
            return SERIES
        if isinstance(node.func, ast.Attribute):
            base, attr = self.of(node.func.value), node.func.attr
            if base == FRAME and attr in FRAME_METHODS:
                return FRAME
            if base == SERIES and attr in FRAME_METHODS | {"map", "abs", "diff", "shift", "cumsum", "clip"}:
                return SERIES
            if base in TABLES and attr == "to_numpy":
                return ARRAY2 if base == FRAME else ARRAY
            if base in ARRAYS and attr in ARRAY_METHODS:
                return base if attr in ("astype", "copy", "clip", "round") else ARRAY
        return None

    def _numpy_call(self, last, node):
        if last in REDUCERS:
            axis = [k for k in node.keywords if k.arg == "axis"]
            return ARRAY if axis or len(node.args) > 1 and last != "norm" else SCALAR
        if last in NEW_SHAPES and node.args:
            shape = node.args[0]
            return ARRAY2 if isinstance(shape, ast.Tuple) and len(shape.elts) == 2 else ARRAY
        if last.endswith("_like") and node.args:
            return self.of(node.args[0]) or ARRAY
        if last in ("array", "asarray", "exp", "log", "sqrt", "abs", "clip", "maximum", "minimum", "where", "nan_to_num") and node.args:
            kinds = [self.of(a) for a in node.args]
            return ARRAY2 if ARRAY2 in kinds else ARRAY if last in ("array", "asarray") or set(kinds) & set(WHOLE) else None
        if last in ("arange", "linspace", "unique", "sort", "argsort", "cumsum", "concatenate", "diff", "bincount", "isnan", "sum"):
            return ARRAY
        if last in ("vstack", "outer", "column_stack", "eye"):
            return ARRAY2
        return None
