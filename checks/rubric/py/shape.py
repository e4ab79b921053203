"""Shape: size, complexity, docstring, hints and names of each function."""
import ast
import builtins
import re

from names import own_nodes, unparsed

SHADOWED = {n for n in dir(builtins) if n.islower() and not n.startswith("_")} - {"copyright", "credits", "license", "exit", "quit"}
SECTIONS = re.compile(r"(?mi)^\s*(args|arguments|parameters|params|returns?|yields?|raises|examples?|notes?|attributes|see also|references|"
                      r"other parameters|keyword args|warnings?|usage)\s*:?\s*$|^\s*:(param|returns?|rtype|type|raises)\b")


MAX_DEPTH = 80  # of what is looked at: nobody writes deeper code by hand


def depths(tree):
    """(line, column) of each function -> how deep its syntax is."""
    found, level = {}, [(tree, (), 0)]
    while level:
        below = []
        for node, around, depth in level:
            for at, start in around:
                found[at] = max(found[at], depth - start)
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
                at = node.lineno, node.col_offset
                found[at] = 0
                around += ((at, depth),)
            below += [(c, around, depth if _elif(node, c) else depth + 1) for c in ast.iter_child_nodes(node)]
        level = below
    return found


def _elif(node, child):
    """Whether child is the elif of node: those stand in one line of thought, however many there are."""
    return isinstance(node, ast.If) and isinstance(child, ast.If) and node.orelse == [child]


def prune(tree):
    """Cuts what lies deeper than MAX_DEPTH, so that no rule runs out of stack or of time and the rest keeps its evidence."""
    level = [(tree, 0)]
    while level:
        below = []
        for node, depth in level:
            if depth >= MAX_DEPTH:
                _cut(node)
            below += [(c, depth if _elif(node, c) else depth + 1) for c in ast.iter_child_nodes(node)]
        level = below


def _cut(node):
    """Leaves nothing of the expressions and statements below node; keywords and the like stay, and are cut in their turn."""
    for name, value in ast.iter_fields(node):
        if isinstance(value, ast.expr):
            setattr(node, name, ast.copy_location(ast.Constant(...), value))
        elif isinstance(value, list) and value and isinstance(value[0], ast.stmt):
            setattr(node, name, [ast.copy_location(ast.Pass(), value[0])])
        elif isinstance(value, list) and any(isinstance(v, ast.expr) for v in value):
            setattr(node, name, [ast.copy_location(ast.Constant(...), v) if isinstance(v, ast.expr) else v for v in value])


def functions(tree):
    """(qualified name, node, class name or "") of every function, outermost first."""
    out, stack = [], [(tree, "", "")]
    while stack:
        node, prefix, cls = stack.pop()
        for child in reversed(list(ast.iter_child_nodes(node))):
            if isinstance(child, (ast.FunctionDef, ast.AsyncFunctionDef)):
                stack.append((child, prefix + child.name + ".", ""))
                out.append((prefix + child.name, child, cls))
            elif isinstance(child, ast.ClassDef):
                stack.append((child, prefix + child.name + ".", child.name))
            else:
                stack.append((child, prefix, cls))
    return sorted(out, key=lambda f: (f[1].lineno, f[1].col_offset))


def describe(qual, fn, cls, doc_lines):
    params = _params(fn, cls)
    return {
        "name": fn.name, "qual": qual, "line": fn.lineno, "end_line": fn.end_lineno, "class": cls,
        "public": not fn.name.startswith("_") and "." not in (qual.removeprefix(cls + ".") if cls else qual),
        "lines": _code_lines(fn, doc_lines), "cyclomatic": cyclomatic(fn), "cognitive": cognitive(fn), "nesting": nesting(fn),
        "params": [a.arg for a in params], "hinted": sum(a.annotation is not None for a in params),
        "unhinted": [a.arg for a in params if a.annotation is None],
        "returns": fn.returns is not None, "gives": gives(fn), "doc": document(fn, params), "trivial": trivial(fn),
        "bad_names": bad_names(fn, params), "head": _head(fn),
    }


def _head(fn):
    text = "def %s(%s)" % (fn.name, unparsed(fn.args))
    return text + (" -> %s:" % unparsed(fn.returns) if fn.returns else ":")


def _params(fn, cls):
    a = fn.args
    args = a.posonlyargs + a.args + a.kwonlyargs
    if cls and args and args[0].arg in ("self", "cls", "mcs"):
        args = args[1:]
    return args


def gives(fn):
    """Whether the function returns or yields a value."""
    for n in own_nodes(fn):
        if isinstance(n, (ast.Yield, ast.YieldFrom)) or isinstance(n, ast.Return) and n.value is not None:
            return True
    return False


def trivial(fn):
    body = fn.body[1:] if ast.get_docstring(fn) is not None else fn.body
    if not body:
        return True
    n = body[0]
    return len(body) == 1 and (isinstance(n, (ast.Pass, ast.Raise)) or isinstance(n, ast.Expr) and isinstance(n.value, ast.Constant)
                               or isinstance(n, ast.Return) and (n.value is None or isinstance(n.value, ast.Constant)))


def _code_lines(fn, doc_lines):
    """Lines with code: no docstring, blank line or comment counts."""
    lines = set()
    for node in ast.walk(fn):
        if hasattr(node, "lineno"):
            lines.update((node.lineno, node.end_lineno) if isinstance(node, ast.stmt) and hasattr(node, "body")
                         else range(node.lineno, node.end_lineno + 1))
    return len(lines - doc_lines)


def doc_lines(tree):
    out = set()
    for node in ast.walk(tree):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Module)) and ast.get_docstring(node) is not None:
            out.update(range(node.body[0].lineno, node.body[0].end_lineno + 1))
    return out


def cyclomatic(fn):
    n = 1
    for node in own_nodes(fn):
        if isinstance(node, (ast.If, ast.For, ast.AsyncFor, ast.While, ast.ExceptHandler, ast.IfExp, ast.Assert)):
            n += 1
        elif isinstance(node, ast.BoolOp):
            n += len(node.values) - 1
        elif isinstance(node, ast.comprehension):
            n += 1 + len(node.ifs)
        elif isinstance(node, ast.Match):
            n += len(node.cases) - 1
    return n


def cognitive(fn):
    """Cognitive complexity: each break in the straight line costs 1, plus 1 for every level it is nested in."""
    total = 0
    stack = [(s, 0) for s in fn.body]
    while stack:
        node, depth = stack.pop()
        inner = depth
        if isinstance(node, ast.If):
            elif_of = getattr(node, "_elif", False)
            total += 1 if elif_of else 1 + depth
            if len(node.orelse) == 1 and isinstance(node.orelse[0], ast.If):
                node.orelse[0]._elif = True
                stack.append((node.orelse[0], depth))
            elif node.orelse:
                total += 1
                stack += [(s, depth + 1) for s in node.orelse]
            stack += [(s, depth + 1) for s in node.body] + [(node.test, depth)]
            continue
        if isinstance(node, (ast.For, ast.AsyncFor, ast.While, ast.ExceptHandler, ast.IfExp, ast.Match)):
            total += 1 + depth
            inner = depth + 1
        elif isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)):
            inner = depth + 1
        elif isinstance(node, ast.BoolOp):
            total += 1
        elif isinstance(node, (ast.Break, ast.Continue)):
            total += 0
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == fn.name:
            total += 1
        stack += [(c, inner) for c in ast.iter_child_nodes(node)]
    return total


def nesting(fn):
    deepest, stack = 0, [(s, 0) for s in fn.body]
    while stack:
        node, depth = stack.pop()
        if isinstance(node, (ast.For, ast.AsyncFor, ast.While, ast.If, ast.With, ast.AsyncWith, ast.Try, ast.Match)):
            if not getattr(node, "_elif", False):
                depth += 1
            deepest = max(deepest, depth)
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            continue
        if isinstance(node, ast.If) and len(node.orelse) == 1 and isinstance(node.orelse[0], ast.If):
            node.orelse[0]._elif = True
        stack += [(c, depth) for c in ast.iter_child_nodes(node) if isinstance(c, (ast.stmt, ast.ExceptHandler))]
    return deepest


def document(fn, params):
    doc = ast.get_docstring(fn, clean=True)
    if doc is None:
        return None
    names = [a.arg for a in params]
    extra = {a.arg for a in (fn.args.vararg, fn.args.kwarg) if a}
    sections = sorted({(m.group(1) or m.group(2) or "").lower() for m in SECTIONS.finditer(doc)})
    stated = documented(doc)
    first = doc.strip().splitlines()[0].strip() if doc.strip() else ""
    return {
        "summary": len(first.split()) >= 2,
        "sections": sections,
        "unknown": [n for n in stated if n not in names and n.lstrip("*") not in extra and n not in ("self",)],
        "missing": [n for n in names if not re.search(r"(?<![\w])%s(?![\w])" % re.escape(n), doc)],
        "returns": bool(re.search(r"(?i)\b(returns?|yields?|rtype|gives|result|->)\b|->", doc)) or _returning(first),
        "line": fn.body[0].lineno,
    }


def _returning(first):
    """A summary that is itself a noun phrase or says what comes back ('Mean of each row.', 'Compute the distances')."""
    return bool(re.match(r"(?i)(compute|calculate|get|find|return|build|make|create|give|normali[sz]e|standardi[sz]e|scale|the |all |mean|sum)|"
                         r"^.{3,60}\b(of|between|per|for each|as an?|with)\b", first))


def documented(doc):
    """Parameter names that the docstring's own parameter list names, in Google, NumPy or reST form."""
    found = re.findall(r"(?m)^\s*:param(?:\s+[\w.\[\], ]+?)?\s+\*{0,2}(\w+)\s*:", doc)
    m = re.search(r"(?mi)^([ \t]*)(args|arguments|parameters|params)[ \t]*:?[ \t]*\n(.*)", doc, re.S)
    if not m:
        return found
    block = m.group(3).splitlines()
    if block and re.match(r"\s*-{3,}\s*$", block[0]):
        return found + _numpy_block(block[1:], len(m.group(1)))
    return found + _google_block(block, len(m.group(1)))


def _numpy_block(lines, indent):
    out = []
    for i, line in enumerate(lines):
        if i + 1 < len(lines) and re.match(r"\s*-{3,}\s*$", lines[i + 1]):
            break
        if not line.strip() or len(line) - len(line.lstrip()) != indent:
            continue
        m = re.match(r"\s*([*\w, ]+?)\s*(?::.*)?$", line)
        if m:
            out += [n.strip().lstrip("*") for n in m.group(1).split(",") if n.strip().lstrip("*").isidentifier()]
    return out


def _google_block(lines, indent):
    out, level = [], None
    for line in lines:
        if not line.strip():
            continue
        here = len(line) - len(line.lstrip())
        if here <= indent or SECTIONS.match(line):
            break
        level = here if level is None else level
        m = re.match(r"\s*[-*]?\s*`*\*{0,2}(\w+)`*\s*(?:\(.*?\))?\s*(?::|--|-\s)", line)
        if here == level and m:
            out.append(m.group(1))
    return out


def bad_names(fn, params):
    """Conventions only: (name, line, why). Letters of mathematics are welcome."""
    out = []
    if not re.match(r"^_*[a-z0-9_]*$", fn.name) and not re.match(r"^(visit_|setUp|tearDown|test)", fn.name):
        out.append([fn.name, fn.lineno, "functions are named in snake_case"])
    for a in params:
        if a.arg in SHADOWED:
            out.append([a.arg, a.lineno, "hides the built-in of that name"])
        if a.arg in ("l", "O", "I"):
            out.append([a.arg, a.lineno, "reads like a digit"])
    for n in own_nodes(fn):
        if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store):
            if n.id in SHADOWED:
                out.append([n.id, n.lineno, "hides the built-in of that name"])
            elif n.id in ("l", "O"):
                out.append([n.id, n.lineno, "reads like a digit"])
    seen, unique = set(), []
    for name, line, why in out:
        if name not in seen:
            seen.add(name)
            unique.append([name, line, why])
    return unique
