"""Loops: Python-level work per element or per row, and arrays that grow. Each hit is a suspicion (see rubric.go)."""
import ast
import re

import better
import pairs
from names import ARRAY2, ARRAYS, FRAME, SERIES, TABLES, WHOLE, DICT, LIST, TEXT, base_name, dotted, names_in, own_nodes

# Loops that array code needs too: the work of one pass is large, or each pass needs the one before.
SEQUENTIAL = re.compile(r"^(epochs?|folds?|batch(es)?|steps?|iters?|iteration|it|rounds?|chunks?|trial|seed|param(s|eters)?|lr|alpha|depth|level|window|lag|"
                        r"split|restart|generation|episode|center|cluster|component|layer|head|col(umn)?s?|feat(ure)?s?|feature_name)$")
TRAINING = {"fit", "partial_fit", "backward", "step", "zero_grad", "train_test_split", "fit_transform", "score", "split"}


def hits(scope, kinds, names):
    found = []
    nested = set()
    for node in own_nodes(scope):
        if isinstance(node, ast.For):
            found += _for(node, kinds, names, nested)
            found += _grow(node, kinds, names)
        elif isinstance(node, ast.While):
            found += _grow(node, kinds, names)
        elif isinstance(node, (ast.ListComp, ast.GeneratorExp, ast.SetComp)):
            found += _comprehension(node, kinds)
        elif isinstance(node, ast.Call):
            found += _call(node, kinds, names)
        elif isinstance(node, ast.BinOp):
            found += _tensor(node, kinds)
    return found


def _hit(rule, family, node, why, better_form, facts=()):
    return {"rule": rule, "family": family, "line": node.lineno, "end_line": getattr(node, "end_lineno", node.lineno),
            "why": why, "better": better_form, "facts": list(facts)}


def sequential(loop):
    """Whether a loop is one that array code needs too."""
    targets = names_in(loop.target)
    if any(SEQUENTIAL.match(t) for t in targets):
        return True
    for n in ast.walk(loop):
        if isinstance(n, (ast.Yield, ast.YieldFrom, ast.Break, ast.Await)):
            return True
        if isinstance(n, ast.Call) and isinstance(n.func, ast.Attribute) and n.func.attr in TRAINING:
            return True
        if isinstance(n, ast.Subscript) and isinstance(n.slice, (ast.BinOp, ast.Slice)) and targets & names_in(n.slice):
            return True  # x[i - 1], x[i:i + w]: the neighbours matter
    return _carried(loop) or _marks(loop, targets)


def _marks(loop, targets):
    """Whether passes talk to each other through an array: it is read, and an entry that is not this pass's own is written."""
    inner = {t for n in ast.walk(loop) if isinstance(n, (ast.For, ast.comprehension)) for t in names_in(n.target)}
    written, uses, stores = set(), {}, {}
    for n in ast.walk(loop):
        if isinstance(n, ast.Name):
            uses[n.id] = uses.get(n.id, 0) + 1
        elif isinstance(n, ast.Subscript) and isinstance(n.value, ast.Name) and isinstance(n.ctx, ast.Store):
            stores[n.value.id] = stores.get(n.value.id, 0) + 1
            if names_in(n.slice) and not (targets | inner) & names_in(n.slice):
                written.add(n.value.id)
    return any(uses[w] > stores[w] for w in written)


def _carried(loop):
    """Whether a pass reads what an earlier pass computed, other than in a plain running sum."""
    assigned = {}
    for n in ast.walk(loop):
        if isinstance(n, ast.Assign):
            for t in n.targets:
                if isinstance(t, ast.Name):
                    assigned.setdefault(t.id, n)
    first_read = {}
    for s in loop.body:
        for n in ast.walk(s):
            if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Load):
                first_read.setdefault(n.id, n.lineno)
    for name, node in assigned.items():
        if first_read.get(name, 10 ** 9) <= node.lineno and not _grows(node, name):
            inside = name in names_in(node.value)
            earlier = first_read[name] < node.lineno
            if (inside or earlier) and not _folds(node.value, name):
                return True
    return False


def _grows(node, name):
    return isinstance(node.value, ast.Call) and name in names_in(node.value)


def _folds(value, name):
    """total = total + x and best = max(best, x) are sums and extremes, which arrays have."""
    return isinstance(value, ast.BinOp) and isinstance(value.left, ast.Name) and value.left.id == name or \
        isinstance(value, ast.Call) and isinstance(value.func, ast.Name) and value.func.id in ("max", "min")


def index_loop(loop, kinds):
    """(index name, sequence) when the loop counts through range(len(x)) or the like."""
    it = loop.iter
    if isinstance(it, ast.Call) and isinstance(it.func, ast.Name) and isinstance(loop.target, ast.Name):
        if it.func.id == "range" and len(it.args) in (1, 2):
            if len(it.args) == 2 and not isinstance(it.args[0], (ast.Constant, ast.Name, ast.BinOp)):
                return None
            seq = kinds.size_of(it.args[-1])
            return (loop.target.id, seq) if seq else None
    if isinstance(it, ast.Call) and isinstance(it.func, ast.Name) and it.func.id == "enumerate" and it.args:
        t = loop.target
        if isinstance(t, ast.Tuple) and isinstance(t.elts[0], ast.Name) and kinds.of(it.args[0]) in WHOLE:
            return t.elts[0].id, base_name(it.args[0])
    return None


def indexed(loop, index, kinds):
    """Subscripts by the index, as a list of (base, position among the indices, node); dicts and text do not count."""
    out = []
    for n in ast.walk(loop):
        if not isinstance(n, ast.Subscript):
            continue
        parts = n.slice.elts if isinstance(n.slice, ast.Tuple) else [n.slice]
        for pos, part in enumerate(parts):
            if isinstance(part, ast.Name) and part.id == index and kinds.kind.get(base_name(n)) not in (DICT, TEXT):
                out.append((base_name(n), pos, n))
    return out


def _for(loop, kinds, names, nested):
    rows = _rows(loop, kinds)
    if rows:
        return rows
    got = index_loop(loop, kinds)
    if got is None:
        return _direct(loop, kinds) if loop not in nested else []
    index, seq = got
    if loop in nested or sequential(loop):
        return []
    uses = indexed(loop, index, kinds)
    whole_columns = all(pos == 1 and isinstance(n.slice.elts[0], ast.Slice) for _, pos, n in uses if isinstance(n.slice, ast.Tuple))
    if not uses or all(isinstance(n.slice, ast.Tuple) for _, _, n in uses) and whole_columns:
        return []
    if not any(kinds.kind.get(b) in ARRAYS + TABLES for b, _, _ in uses):
        return []
    for inner in (n for n in ast.walk(loop) if isinstance(n, ast.For) and n is not loop):
        deeper = index_loop(inner, kinds)
        if deeper and indexed(inner, deeper[0], kinds):
            nested.add(inner)
            return [_hit("A102", "loop", loop, "Two nested loops touch `%s` element by element; NumPy does all pairs in one expression." % (seq or "the array"),
                         pairs.of_loops(loop, index, deeper[0], kinds, {**_enumerated(loop), **_enumerated(inner)}), ["loop over %s inside a loop over %s" % (deeper[0], index)])]
    form = better.of_index_loop(loop, index) or pairs.of_one_loop(loop, index, kinds, _enumerated(loop)) or "%s = ...  # one expression on the whole of `%s`, no index" % ("result", seq or "x")
    return [_hit("A101", "loop", loop, "The loop works on one element of `%s` at a time; an array expression does them all in compiled code." % (seq or "the array"), form,
                 ["%s indexed by %s" % (uses[0][0], index)])]


def _direct(loop, kinds):
    """for v in X, for a, b in zip(X, Y), where X is an array or a series."""
    it = loop.iter
    seqs = [it]
    if isinstance(it, ast.Call) and isinstance(it.func, ast.Name) and it.func.id in ("zip", "enumerate"):
        seqs = it.args
    known = [s for s in seqs if kinds.of(s) in ARRAYS + (SERIES,) and not _groups(s)]
    if not known or sequential(loop):
        return []
    if not any(isinstance(n, (ast.BinOp, ast.Compare, ast.AugAssign)) for n in ast.walk(loop)):
        return []
    what = better.text(known[0], 40) or "the array"
    return [_hit("A106", "loop", loop, "The loop takes `%s` apart element by element; an array expression does the same on all of it." % what,
                 _pairs(loop, kinds) or better.of_element_loop(loop) or "result = ...  # an expression of `%s` itself, then a reduction with axis=" % what, ["%s is an array" % what])]


def _pairs(outer, kinds):
    """The better form of for a in X: for b in Y, or ""."""
    for inner in outer.body:
        if isinstance(inner, ast.For) and all(isinstance(n, ast.Name) for f in (outer, inner) for n in (f.target, f.iter)):
            return pairs.of_loops(outer, outer.target.id, inner.target.id, kinds, {f.target.id: (f.iter.id, f.target.id) for f in (outer, inner)})
    if isinstance(outer.target, ast.Name) and isinstance(outer.iter, ast.Name):
        return pairs.of_one_loop(outer, outer.target.id, kinds, {outer.target.id: (outer.iter.id, outer.target.id)})
    return ""


def _enumerated(loop):
    """{"a": ("X", "i")} of for i, a in enumerate(X)."""
    t, it = loop.target, loop.iter
    if isinstance(t, ast.Tuple) and len(t.elts) == 2 and all(isinstance(e, ast.Name) for e in t.elts) and isinstance(it, ast.Call) \
            and it.args and isinstance(it.args[0], ast.Name):
        return {t.elts[1].id: (it.args[0].id, t.elts[0].id)}
    return {}


def _groups(seq):
    """for g in np.unique(keys): a loop over groups, not over elements."""
    return isinstance(seq, ast.Call) and isinstance(seq.func, ast.Attribute) and seq.func.attr in ("unique", "arange", "nonzero", "flatnonzero")


def _rows(loop, kinds):
    it = loop.iter
    if not (isinstance(it, ast.Call) and isinstance(it.func, ast.Attribute) and it.func.attr in ("iterrows", "itertuples", "items")):
        return []
    frame = base_name(it.func.value)
    if it.func.attr == "items":  # over columns that is right, unless entries are written or rows dropped
        entries = kinds.of(it.func.value) in TABLES and [n for n in ast.walk(loop) if isinstance(n, ast.Attribute) and n.attr in ("at", "loc", "iloc", "iat", "drop")
                                                         and base_name(n) == frame]
        if not entries or not _writes_to(loop, frame):
            return []
    index, row = "", ""
    if it.func.attr == "iterrows" and isinstance(loop.target, ast.Tuple) and len(loop.target.elts) == 2:
        index, row = (e.id if isinstance(e, ast.Name) else "" for e in loop.target.elts)
    elif isinstance(loop.target, ast.Name):
        row = loop.target.id
        index = "Index"
    writes = _writes_to(loop, frame)
    table = frame or "df"
    columns = '%s["a"] * %s["b"]' % (table, table)
    form = better.of_rows(loop, frame, row, index) or ("%s = %s.assign(new=%s)" % (table, table, columns) if writes else "result = " + columns) + "  # whole columns at once"
    if writes:  # pandas gives no promise about what the loop then sees
        return [_hit("A202", "row", loop, "`%s` is changed while %s() walks over it: rows are copies, so changes get lost or come late, and every row costs Python time." %
                     (frame, it.func.attr), form, ["line %d writes to %s" % (writes.lineno, frame)])]
    return [_hit("A201", "row", loop, "%s() builds a Python object for every row; column expressions do the work at once." % it.func.attr, form, [it.func.attr])]


def _writes_to(loop, frame):
    if not frame:
        return None
    for n in ast.walk(loop):
        targets = n.targets if isinstance(n, ast.Assign) else [n.target] if isinstance(n, ast.AugAssign) else []
        for t in targets:
            if isinstance(t, (ast.Subscript, ast.Attribute)) and base_name(t) == frame:
                return n
            if isinstance(t, ast.Name) and t.id == frame:
                return n
        if isinstance(n, ast.Call) and isinstance(n.func, ast.Attribute) and base_name(n.func) == frame:
            if any(k.arg == "inplace" and isinstance(k.value, ast.Constant) and k.value.value is True for k in n.keywords):
                return n
    return None


def _comprehension(node, kinds):
    """[f(v) for v in X] or [x[i] ... for i in range(len(x))] over a known array or series."""
    gen = node.generators[0]
    if any(SEQUENTIAL.match(t) for t in names_in(gen.target)):
        return []
    arithmetic = any(isinstance(n, (ast.BinOp, ast.Compare)) for n in ast.walk(node.elt)) or any(gen.ifs) or _asks(node.elt, gen.target)
    seq = gen.iter
    if kinds.of(seq) in ARRAYS + (SERIES,) and arithmetic and not _groups(seq) and isinstance(gen.target, ast.Name):
        name = better.text(seq, 40) or "the array"
        form = pairs.of_comprehension(node, kinds)
        if not form and len(node.generators) == 1 and len(gen.ifs) <= 1:
            form = isinstance(seq, ast.Name) and pairs.of_one_loop(node.elt, gen.target.id, kinds, {gen.target.id: (seq.id, gen.target.id)})
            form = form or better.of_element(node.elt, gen.target.id, seq)
            kept = better.of_element(gen.ifs[0], gen.target.id, seq) if gen.ifs else ""
            if gen.ifs:
                form = "%s[%s]" % (name, kept) if kept and isinstance(node.elt, ast.Name) and isinstance(seq, ast.Name) else ""
        return [_hit("A105", "loop", node, "The comprehension takes `%s` apart element by element; a mask or an array expression does it at once." % name,
                     form or "result = ...  # an expression of `%s` itself" % name, ["%s is an array" % name])]
    if isinstance(gen.target, ast.Name) and isinstance(seq, ast.Call) and isinstance(seq.func, ast.Name) and seq.func.id == "range" and seq.args:
        base = kinds.size_of(seq.args[-1])
        uses = indexed(node, gen.target.id, kinds)
        neighbours = any(isinstance(n, ast.Subscript) and isinstance(n.slice, (ast.BinOp, ast.Slice)) for n in ast.walk(node))
        if base and uses and not neighbours and any(kinds.kind.get(b) in WHOLE for b, _, _ in uses):
            form = pairs.of_comprehension(node, kinds) or better.whole(node.elt, gen.target.id)
            return [_hit("A105", "loop", node, "The comprehension indexes `%s` element by element; an array expression does it at once." % base,
                         form or "result = ...  # an expression of `%s` itself" % base, ["%s indexed by %s" % (uses[0][0], gen.target.id)])]
    return []


def _asks(elt, target):
    """Whether a function is called for each element, other than to change its type."""
    wanted = names_in(target)
    return any(isinstance(n, ast.Call) and any(wanted & names_in(a) for a in n.args)
               and not (isinstance(n.func, ast.Name) and n.func.id in ("str", "int", "float", "repr", "bool", "tuple", "list", "len", "isinstance")) for n in ast.walk(elt))


def _tensor(node, kinds):
    """X[:, None, :] - X[None, :, :]: every pair of rows with every feature, at once in memory."""
    if not isinstance(node.op, (ast.Sub, ast.Mult, ast.Add)) or not (_expands(node.left, kinds) and _expands(node.right, kinds)):
        return []
    hit = _hit("A108", "tensor", node, "This builds an array with one entry for every pair of rows and every column, only to reduce it again: much memory, and slow for it.",
               pairs.gram(base_name(node.left) or "a", base_name(node.right) or "b") if isinstance(node.op, ast.Sub) else
               "result = %s @ %s.T  # all dot products at once, no third axis" % (base_name(node.left) or "a", base_name(node.right) or "b"), ["a third axis that is reduced again"])
    hit["quiet"] = True
    return [hit]


def _expands(node, kinds):
    if not isinstance(node, ast.Subscript):
        return False
    parts = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
    new = sum(isinstance(p, ast.Constant) and p.value is None or isinstance(p, ast.Attribute) and p.attr == "newaxis" for p in parts)
    return new == 1 and (len(parts) == 3 or kinds.of(node.value) == ARRAY2)


def _call(node, kinds, names):
    name = dotted(node.func, names)
    last = name.split(".")[-1]
    if name in ("numpy.vectorize", "numpy.frompyfunc", "numpy.apply_along_axis", "numpy.apply_over_axes"):
        if last == "vectorize" and any(k.arg == "otypes" for k in node.keywords):
            facts = ["otypes given"]
        else:
            facts = [name]
        return [_hit("A103", "middle", node, "np.%s looks like array code but calls Python once per element (NumPy's manual says so), and takes the output type from "
                     "the first result." % last if last == "vectorize" else "np.%s calls Python once per element or row." % last,
                     "result = np.where(x > 0, x, 0)  # for example: say it with array operations", facts)]
    if name in ("sum", "min", "max", "any", "all", "sorted") and len(node.args) == 1 and kinds.of(node.args[0]) in ARRAYS:
        what = better.text(node.args[0], 60) or "x"
        method = {"sorted": "np.sort(%s)"}.get(name, "%s." + name + "(axis=0)" if kinds.of(node.args[0]) == ARRAY2 else "%s." + name + "()")
        return [_hit("A104", "builtin", node, "The built-in %s() walks an array element by element, and over the first axis only; the array's own method is compiled and can "
                     "take an axis." % name, method % what, ["%s is an array" % what])]
    if name == "map" and len(node.args) == 2 and kinds.of(node.args[1]) in ARRAYS:
        what = better.text(node.args[1], 60) or "x"
        return [_hit("A104", "builtin", node, "map() calls Python once per element of an array.", "%s.astype(float)  # or another array operation" % what, ["%s is an array" % what])]
    if isinstance(node.func, ast.Attribute) and node.func.attr == "apply" and _axis_is_rows(node):
        frame = base_name(node.func.value)
        form = better.of_apply(node, frame) or '%s["a"] + %s["b"]  # whole columns at once' % ((frame or "df",) * 2)
        return [_hit("A203", "row", node, "apply(axis=1) calls Python once per row and builds a Series each time; it is one of the slowest forms there is.", form, ["apply with axis=1"])]
    if isinstance(node.func, ast.Attribute) and node.func.attr in ("map", "apply") and kinds.of(node.func.value) == SERIES and node.args:
        fn = node.args[0]
        if isinstance(fn, ast.Lambda) and isinstance(fn.body, (ast.BinOp, ast.Compare, ast.IfExp)) and not _texty(fn.body):
            form = better.of_element(fn.body, fn.args.args[0].arg, node.func.value) if fn.args.args else ""
            return [_hit("A205", "middle", node, "%s() with a lambda calls Python once per value; the arithmetic works on the whole column." % node.func.attr,
                         form or "np.where(condition, a, b)  # on whole columns", ["series.%s(lambda)" % node.func.attr])]
    return []


def _texty(node):
    return any(isinstance(n, ast.Constant) and isinstance(n.value, str) or isinstance(n, ast.Call) for n in ast.walk(node))


def _axis_is_rows(call):
    return any(k.arg == "axis" and isinstance(k.value, ast.Constant) and k.value.value in (1, "columns") for k in call.keywords)


def _grow(loop, kinds, names):
    """x = np.append(x, ...) and df = pd.concat([df, ...]) inside a loop."""
    out = []
    for n in ast.walk(loop):
        if not (isinstance(n, ast.Assign) and len(n.targets) == 1 and isinstance(n.targets[0], ast.Name) and isinstance(n.value, ast.Call)):
            continue
        target, name = n.targets[0].id, dotted(n.value.func, names)
        if not any(target in names_in(a) for a in n.value.args):
            if not (isinstance(n.value.func, ast.Attribute) and n.value.func.attr in ("append", "_append") and kinds.kind.get(target) == FRAME
                    and base_name(n.value.func) == target):
                continue
            name = "pandas.concat"
        if name in ("numpy.append", "numpy.concatenate", "numpy.vstack", "numpy.hstack", "numpy.r_"):
            form = better.of_growth(loop, n.value.args[-1]) if name == "numpy.append" and len(n.value.args) == 2 else ""
            out.append(_hit("A107", "grow", n, "np.%s copies the whole array in every pass, so the time grows with the square of the length." % name.split(".")[-1],
                            "%s = %s" % (target, form) if form else "parts = [...]  # an array or a list of all values\n%s = np.concatenate(parts)  # one copy, after the loop" % target,
                            ["%s grows in a loop" % target]))
        elif name == "pandas.concat":
            out.append(_hit("A204", "grow", n, "concat copies the whole frame in every pass, so the time grows with the square of the length.",
                            "parts = [...]  # a list of all pieces\n%s = pd.concat(parts, ignore_index=True)  # one copy, after the loop" % target,
                            ["%s grows in a loop" % target]))
    return out
