"""Makes small wrong versions of a solution: reads Python from stdin, prints a JSON list of {line, what, source}.

Each mutant changes one place, in a way people get numerical code wrong: another comparison, another operator, a number off
by one, an axis or another keyword forgotten, a copy or a sort left out, two arguments swapped, a statement missing. Type
hints, docstrings and imports are left alone; changing them changes nothing that a test could see.
"""

import ast
import copy
import json
import sys

COMPARE = {ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt, ast.Eq: ast.NotEq, ast.NotEq: ast.Eq,
           ast.Is: ast.IsNot, ast.IsNot: ast.Is, ast.In: ast.NotIn, ast.NotIn: ast.In}
ARITHMETIC = {ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Div, ast.Div: ast.Mult, ast.FloorDiv: ast.Div, ast.Mod: ast.FloorDiv,
              ast.Pow: ast.Mult, ast.BitAnd: ast.BitOr, ast.BitOr: ast.BitAnd, ast.MatMult: ast.Mult}
# Functions and methods that are easily confused, or left out.
NAMES = {"maximum": "minimum", "minimum": "maximum", "max": "min", "min": "max", "any": "all", "all": "any", "argmax": "argmin",
         "argmin": "argmax", "nanmean": "mean", "nansum": "sum", "nanstd": "std", "nanmedian": "median", "median": "mean",
         "cumsum": "cumprod", "cummax": "cummin", "first": "last", "last": "first", "floor": "ceil", "ceil": "floor", "ffill": "bfill",
         "bfill": "ffill", "zeros": "ones", "ones": "zeros", "zeros_like": "ones_like", "union": "intersection", "nunique": "count",
         "train": "eval", "eval": "train", "lower": "upper", "head": "tail", "tail": "head", "idxmax": "idxmin", "idxmin": "idxmax"}
DROPPED = {"copy", "sort_values", "sort_index", "sorted", "sort", "astype", "abs", "clip", "strip", "reset_index", "drop_duplicates", "dropna",
           "fillna", "detach", "zero_grad", "ravel", "normalize", "unique"}


class Mutator:
    """Walks a tree and records, for each place and change, the source with that change alone."""

    def __init__(self, tree: ast.Module) -> None:
        self.tree = tree
        self.original = ast.unparse(self.tree)
        self.seen = {self.original}
        self.mutants: list[dict] = []

    def run(self) -> list[dict]:
        for node in list(ast.walk(self.tree)):
            for place, what, change, undo in self.changes(node):
                change()
                self.record(place, what)
                undo()
        return self.mutants

    def record(self, node: ast.AST, what: str) -> None:
        tree = ast.fix_missing_locations(copy.deepcopy(self.tree))
        try:
            source = ast.unparse(tree)
            compile(source, "mutant", "exec")
        except (SyntaxError, ValueError):
            return
        if source not in self.seen:
            self.seen.add(source)
            self.mutants.append({"line": getattr(node, "lineno", 0), "what": what, "source": source + "\n"})

    def changes(self, node):
        """Yields (place, what, change, undo) for one node; place is the node whose line the mutant is known by."""
        method = getattr(self, "on_" + type(node).__name__, None)
        if method:
            yield from ((node, *change) for change in method(node))
        if isinstance(node, (ast.FunctionDef, ast.If, ast.For, ast.While, ast.With)):
            yield from self.statements(node.body)

    @staticmethod
    def attribute(node, name, value):
        """A change that sets one attribute and sets it back."""
        old = getattr(node, name)
        return (lambda: setattr(node, name, value)), (lambda: setattr(node, name, old))

    def on_Compare(self, node):
        for i, op in enumerate(node.ops):
            other = COMPARE.get(type(op))
            if other:
                ops = node.ops[:i] + [other()] + node.ops[i + 1:]
                yield f"{type(op).__name__} becomes {other.__name__}", *self.attribute(node, "ops", ops)

    def on_BinOp(self, node):
        other = ARITHMETIC.get(type(node.op))
        if other:
            yield f"{type(node.op).__name__} becomes {other.__name__}", *self.attribute(node, "op", other())
        if isinstance(node.op, (ast.Add, ast.Sub)) and isinstance(node.right, ast.Constant):
            yield "a summand is left out", *self.attribute(node, "right", ast.Constant(0))

    def on_AugAssign(self, node):
        other = ARITHMETIC.get(type(node.op))
        if other:
            yield f"{type(node.op).__name__}= becomes {other.__name__}=", *self.attribute(node, "op", other())

    def on_BoolOp(self, node):
        other = ast.Or if isinstance(node.op, ast.And) else ast.And
        yield f"{type(node.op).__name__} becomes {other.__name__}", *self.attribute(node, "op", other())

    def on_UnaryOp(self, node):
        if isinstance(node.op, (ast.USub, ast.Invert, ast.Not)):
            yield from self.replaced(node, node.operand, f"{type(node.op).__name__} is left out")

    def on_Constant(self, node):
        value = node.value
        if isinstance(value, bool):
            yield f"{value} becomes {not value}", *self.attribute(node, "value", not value)
        elif isinstance(value, (int, float)):
            yield f"{value} becomes {value + 1}", *self.attribute(node, "value", value + 1)
            if value not in (0, 1):
                yield f"{value} becomes {value - 1}", *self.attribute(node, "value", value - 1)

    def on_Call(self, node):
        for i, keyword in enumerate(node.keywords):
            rest = node.keywords[:i] + node.keywords[i + 1:]
            yield f"{keyword.arg}= is forgotten", *self.attribute(node, "keywords", rest)
        if len(node.args) == 2:
            yield "two arguments are swapped", *self.attribute(node, "args", node.args[::-1])
        name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        if name in DROPPED:
            kept = subject(node)
            if kept is not None:
                yield from self.replaced(node, kept, f"{name}() is left out")

    def replaced(self, node, by, what):
        """Turns node into another expression in place, and back."""
        before_class, before = node.__class__, dict(node.__dict__)

        def change():
            node.__class__ = by.__class__
            node.__dict__.clear()
            node.__dict__.update(by.__dict__)

        def undo():
            node.__class__ = before_class
            node.__dict__.clear()
            node.__dict__.update(before)

        yield what, change, undo

    def on_Attribute(self, node):
        if node.attr in NAMES:
            yield f"{node.attr} becomes {NAMES[node.attr]}", *self.attribute(node, "attr", NAMES[node.attr])

    def on_Name(self, node):
        if isinstance(node.ctx, ast.Load) and node.id in NAMES:
            yield f"{node.id} becomes {NAMES[node.id]}", *self.attribute(node, "id", NAMES[node.id])

    def on_IfExp(self, node):
        yield from self.replaced(node, node.body, "a condition is always true")
        yield from self.replaced(node, node.orelse, "a condition is always false")

    def on_Slice(self, node):
        if node.step is None and node.lower is not None:
            yield "a slice starts at the beginning", *self.attribute(node, "lower", None)
        if node.step is not None:
            yield "a slice's step is forgotten", *self.attribute(node, "step", None)

    def on_If(self, node):
        yield "a condition is turned round", *self.attribute(node, "test", ast.UnaryOp(ast.Not(), node.test))

    @staticmethod
    def statements(body):
        """Leaves out one statement of a body. A body of one statement becomes pass."""
        for i, statement in enumerate(body):
            if isinstance(statement, (ast.FunctionDef, ast.ClassDef, ast.Import, ast.ImportFrom, ast.Pass)):
                continue
            if isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant):
                continue  # a docstring
            if isinstance(statement, (ast.Assign, ast.AnnAssign)) and len(body) > 1 and not isinstance(
                    statement.targets[0] if isinstance(statement, ast.Assign) else statement.target, (ast.Subscript, ast.Attribute)):
                continue  # without the name the rest only raises
            kept = body[:]

            def change(i=i):
                body[i:i + 1] = [] if len(kept) > 1 else [ast.Pass()]

            def undo():
                body[:] = kept

            yield statement, "a statement is missing", change, undo


def subject(call: ast.Call) -> ast.expr | None:
    """What a call works on: x of x.copy(), of np.abs(x) and of sorted(x)."""
    function = call.func
    if isinstance(function, ast.Attribute) and not (isinstance(function.value, ast.Name) and function.value.id in ("np", "pd", "torch", "math")):
        return function.value
    return call.args[0] if call.args else None


def without_annotations(source: str) -> ast.Module:
    """The tree of the source without type hints, whose mutants would all survive; lines are those of the source."""
    tree = ast.parse(source)
    for node in ast.walk(tree):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            node.returns = None
            for arg in [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs, node.args.vararg, node.args.kwarg]:
                if arg is not None:
                    arg.annotation = None
    return tree


if __name__ == "__main__":
    json.dump(Mutator(without_annotations(sys.stdin.read())).run(), sys.stdout)
