"""The small mistakes a programmer makes, made on purpose: every mutant of a source, as an edit of its text.

Left alone are the things that do nothing: docstrings, annotations, the words of a refusal, caches, and
what only states that something cannot be (`raise AssertionError`, `zip(..., strict=True)`).
"""

import ast
import re
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

Functions = ast.FunctionDef | ast.AsyncFunctionDef


class Edit(NamedTuple):
    """A piece of source and what to write instead, in bytes from its start."""

    start: int
    end: int
    text: str


@dataclass(frozen=True)
class Mutant:
    """One edit, and where it is; `function` is the outermost one around it, "" outside of any."""

    edit: Edit
    function: str
    statement: int
    line: int
    last_line: int
    before: str
    after: str

    @property
    def key(self) -> tuple[str, str, str]:
        """Return what names the mutant however far its lines move."""
        return self.function, self.before, self.after


class Place(NamedTuple):
    """Where a walk over a tree is: the names on the way, the outermost function, the statement."""

    path: str = ""
    function: str = ""
    statement: int = 0


class Source:
    """A file's text and tree, and the bytes that each node of it spans."""

    def __init__(self, text: str) -> None:
        self.data, self.tree = text.encode(), ast.parse(text)
        self.starts = [0]
        for line in self.data.splitlines(keepends=True):
            self.starts.append(self.starts[-1] + len(line))
        # Where each statement of the module begins, with its decorators, and where the last one ends.
        lines = [
            min([top.lineno, *(one.lineno for one in decorators(top))]) for top in self.tree.body
        ]
        self.tops = [*(self.starts[line - 1] for line in lines), len(self.data)]

    def start(self, node: Any) -> int:
        return self._at(node.lineno, node.col_offset)

    def end(self, node: Any) -> int:
        return self._at(node.end_lineno, node.end_col_offset)

    def _at(self, line: int, offset: int) -> int:
        return self.starts[line - 1] + offset

    def of(self, node: ast.AST) -> str:
        return self.data[self.start(node) : self.end(node)].decode()

    def replaced(self, node: ast.AST, text: str) -> Edit:
        return Edit(self.start(node), self.end(node), text)

    def between(self, left: ast.AST, right: ast.AST, pattern: str, text: str) -> Iterator[Edit]:
        """Yield the edit that replaces an operator between two operands."""
        found = re.search(pattern.encode(), self.data[self.end(left) : self.start(right)])
        if found:
            offset = self.end(left)
            yield Edit(offset + found.start(), offset + found.end(), text)

    def mutated(self, edit: Edit) -> str:
        return self.part(0, len(self.data), edit)

    def part(self, start: int, end: int, edit: Edit) -> str:
        """Return a piece of the text with an edit inside it made."""
        before, after = self.data[start : edit.start], self.data[edit.end : end]
        return (before + edit.text.encode() + after).decode()

    def line_of(self, at: int) -> int:
        """Return the line of a byte."""
        return bisect_right(self.starts, at, hi=len(self.starts) - 1)

    def is_python(self, edit: Edit) -> bool:
        """Tell whether the statement of the module that an edit is in still compiles."""
        at = bisect_right(self.tops, edit.start)
        try:
            compile(self.part(self.tops[at - 1], self.tops[at], edit), "mutant", "exec")
        except SyntaxError:
            return False
        return True


def decorators(node: ast.stmt) -> list[ast.expr]:
    """Return what stands above a definition."""
    return getattr(node, "decorator_list", [])


def shown(text: str, lines: int) -> str:
    """Return the first lines of a text as one, to be shown."""
    return " ".join(" ".join(text.split("\n")[:lines]).split())


COMPARISONS: dict[type[ast.cmpop], tuple[str, tuple[str, ...]]] = {
    ast.Eq: (r"==", ("!=",)),
    ast.NotEq: (r"!=", ("==",)),
    ast.Lt: (r"<", ("<=", ">=")),
    ast.LtE: (r"<=", ("<", ">")),
    ast.Gt: (r">", (">=", "<=")),
    ast.GtE: (r">=", (">", "<")),
    ast.Is: (r"\bis\b", ("is not",)),
    ast.IsNot: (r"\bis\s+not\b", ("is",)),
    ast.In: (r"\bin\b", ("not in",)),
    ast.NotIn: (r"\bnot\s+in\b", ("in",)),
}
ARITHMETIC: dict[type[ast.operator], tuple[str, str]] = {
    ast.Add: ("+", "-"),
    ast.Sub: ("-", "+"),
    ast.Mult: ("*", "//"),
    ast.FloorDiv: ("//", "*"),
    ast.Div: ("/", "*"),
    ast.Mod: ("%", "//"),
    ast.Pow: ("**", "*"),
    ast.BitOr: ("|", "&"),
    ast.BitAnd: ("&", "|"),
    ast.BitXor: ("^", "&"),
    ast.LShift: ("<<", ">>"),
    ast.RShift: (">>", "<<"),
}
OTHER_FUNCTION = {
    "any": "all",
    "all": "any",
    "min": "max",
    "max": "min",
    "sorted": "list",
    "reversed": "list",
}
# Taking these away changes how fast something is, or nothing, or leaves no class at all.
DECORATORS_THAT_STAY = {
    "abstractmethod",
    "cache",
    "cached_property",
    "dataclass",
    "dataclass_transform",
    "final",
    "lru_cache",
    "overload",
    "override",
    "value",
}
# How a class is declared: a switch left out is a switch turned, and that is a mutant already.
DECLARING = {"dataclass", "field"}
# Arguments of which no behaviour depends: zip(strict=) states what cannot be, slots saves memory.
IDLE_ARGUMENTS = {"strict", "slots"}
NOT_SWAPPED = {"isinstance", "issubclass", "getattr", "hasattr", "cast", "min", "max"}


def compare(source: Source, node: ast.Compare) -> Iterator[Edit]:
    """a < b: a <= b, a >= b."""
    operands = (node.left, *node.comparators)
    for at, operator in enumerate(node.ops):
        pattern, others = COMPARISONS[type(operator)]
        for other in others:
            yield from source.between(operands[at], operands[at + 1], pattern, other)


def boolean(source: Source, node: ast.BoolOp) -> Iterator[Edit]:
    """a and b: a or b, True and b, a and True."""
    word, other, neutral = (
        ("and", "or", "True") if isinstance(node.op, ast.And) else ("or", "and", "False")
    )
    for at, value in enumerate(node.values):
        yield source.replaced(value, neutral)
        if at:
            yield from source.between(node.values[at - 1], value, rf"\b{word}\b", other)


def unary(source: Source, node: ast.UnaryOp) -> Iterator[Edit]:
    """not a: a; -a: a; ~a: a."""
    yield source.replaced(node, f"({source.of(node.operand)})")


def arithmetic(source: Source, node: ast.BinOp) -> Iterator[Edit]:
    """a + b: a - b."""
    if type(node.op) in ARITHMETIC:
        sign, other = ARITHMETIC[type(node.op)]
        yield from source.between(node.left, node.right, re.escape(sign), other)


def augmented(source: Source, node: ast.AugAssign) -> Iterator[Edit]:
    """a += b: a -= b, a = b, nothing."""
    if type(node.op) in ARITHMETIC:
        sign, other = ARITHMETIC[type(node.op)]
        for text in (f"{other}=", "="):
            yield from source.between(node.target, node.value, re.escape(f"{sign}="), text)
    yield source.replaced(node, "pass")


def condition(source: Source, node: ast.If | ast.While | ast.IfExp) -> Iterator[Edit]:
    """if a: if not a; comparisons and the like have mutants of their own."""
    if not isinstance(node.test, ast.Compare | ast.BoolOp) and not _is_not(node.test):
        yield source.replaced(node.test, f"(not {source.of(node.test)})")


def _is_not(node: ast.AST) -> bool:
    return isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not)


def filters(source: Source, node: ast.comprehension) -> Iterator[Edit]:
    """for a in b if c: for a in b if True."""
    for test in node.ifs:
        yield source.replaced(test, "True")


def constant(source: Source, node: ast.Constant) -> Iterator[Edit]:
    """1: 2, 0; True: False; "a": ""; "": "XX"."""
    match node.value:
        case bool(value):
            yield source.replaced(node, str(not value))
        case int(value) | float(value):
            yield source.replaced(node, f"({value + 1})")
            yield source.replaced(node, f"({value - 1})")
        case str(value) | bytes(value):
            marked = b"XX" if isinstance(value, bytes) else "XX"
            yield source.replaced(node, repr(value[:0] if value else marked))


def returned(source: Source, node: ast.Return) -> Iterator[Edit]:
    """return a: return None, and the other truth where a truth is returned."""
    if node.value is None or source.of(node.value) == "None":
        return
    if isinstance(node.value, ast.Compare | ast.BoolOp) or _is_not(node.value):
        yield source.replaced(node.value, "True")
        yield source.replaced(node.value, "False")
    else:
        yield source.replaced(node.value, "None")


def removed(source: Source, node: ast.stmt) -> Iterator[Edit]:
    """Take a statement out."""
    yield source.replaced(node, "pass")


def assigned(source: Source, node: ast.Assign) -> Iterator[Edit]:
    """a.b = c, a[b] = c: nothing. Without a plain name nothing would run at all."""
    if all(isinstance(target, ast.Attribute | ast.Subscript) for target in node.targets):
        yield source.replaced(node, "pass")


def raised(source: Source, node: ast.Raise) -> Iterator[Edit]:
    """raise a: nothing; a refusal is taken out."""
    if node.exc is not None and not source.of(node.exc).startswith("AssertionError"):
        yield source.replaced(node, "pass")


def jumped(source: Source, node: ast.Continue | ast.Break) -> Iterator[Edit]:
    """continue: break; break: continue."""
    yield source.replaced(node, "break" if isinstance(node, ast.Continue) else "continue")


def call(source: Source, node: ast.Call) -> Iterator[Edit]:
    """f(a, b, c=d): f(b, a, c=d), f(a, b); any(a): all(a)."""
    name = source.of(node.func)
    if name in OTHER_FUNCTION:
        yield source.replaced(node.func, OTHER_FUNCTION[name])
    for at, keyword in enumerate(node.keywords):
        is_switch = name in DECLARING and isinstance(keyword.value, ast.Constant)
        if keyword.arg is not None and keyword.arg not in IDLE_ARGUMENTS and not is_switch:
            yield _called(source, node, node.args, node.keywords[:at] + node.keywords[at + 1 :])
    if name in NOT_SWAPPED:
        return
    for at, (one, other) in enumerate(zip(node.args, node.args[1:], strict=False)):
        if not isinstance(one, ast.Starred) and source.of(one) != source.of(other):
            swapped = [*node.args[:at], other, one, *node.args[at + 2 :]]
            yield _called(source, node, swapped, node.keywords)


def _called(
    source: Source, node: ast.Call, arguments: Iterable[ast.expr], keywords: Iterable[ast.keyword]
) -> Edit:
    texts = [source.of(argument) for argument in (*arguments, *keywords)]
    return Edit(source.end(node.func), source.end(node), f"({', '.join(texts)})")


def sliced(source: Source, node: ast.Slice) -> Iterator[Edit]:
    """a[b:c]: a[:c], a[b:], a[b + 1:c], a[b:c - 1]."""
    for bound, sign in ((node.lower, "+"), (node.upper, "-")):
        if bound is not None:
            yield source.replaced(bound, "None")
            if not isinstance(bound, ast.Constant):
                yield source.replaced(bound, f"({source.of(bound)}) {sign} 1")


def anonymous(source: Source, node: ast.Lambda) -> Iterator[Edit]:
    """lambda: a: lambda: None."""
    if source.of(node.body) != "None":
        yield source.replaced(node.body, "None")


def matched(source: Source, node: ast.match_case) -> Iterator[Edit]:
    """case a: never; case a if b: case a; case A(b=1): case A(b=_)."""
    if node.guard is not None:
        yield source.replaced(node.guard, "True")
        yield source.replaced(node.guard, "False")
    else:
        yield Edit(source.end(node.pattern), source.end(node.pattern), " if False")
    for part in ast.walk(node.pattern):
        if isinstance(part, ast.MatchClass):
            for pattern in part.kwd_patterns:
                yield source.replaced(pattern, "_")


def decorated(source: Source, node: Functions) -> Iterator[Edit]:
    """@a def b: def b."""
    for decorator in node.decorator_list:
        name = re.match(r"[\w.]+", source.of(decorator))
        if name and name[0].rpartition(".")[2] not in DECORATORS_THAT_STAY:
            yield Edit(source.start(decorator) - 1, source.end(decorator), "")


Operators = dict[type[ast.AST], tuple[Callable[..., Iterator[Edit]], ...]]
OPERATORS: Operators = {
    ast.Compare: (compare,),
    ast.BoolOp: (boolean,),
    ast.UnaryOp: (unary,),
    ast.BinOp: (arithmetic,),
    ast.AugAssign: (augmented,),
    ast.If: (condition,),
    ast.While: (condition,),
    ast.IfExp: (condition,),
    ast.comprehension: (filters,),
    ast.Constant: (constant,),
    ast.Return: (returned,),
    ast.Expr: (removed,),
    ast.Delete: (removed,),
    ast.Assign: (assigned,),
    ast.Raise: (raised,),
    ast.Continue: (removed, jumped),
    ast.Break: (removed, jumped),
    ast.Call: (call,),
    ast.Slice: (sliced,),
    ast.Lambda: (anonymous,),
    ast.match_case: (matched,),
    ast.FunctionDef: (decorated,),
    ast.AsyncFunctionDef: (decorated,),
}


def guard(source: Source, node: ast.If) -> Iterator[Edit]:
    """if a: return b, raise b or why_not = b: never."""
    *_, last = node.body
    why_not = isinstance(last, ast.Assign) and source.of(last.targets[0]).startswith("why")
    if isinstance(last, ast.Return | ast.Raise | ast.Continue) or why_not:
        yield source.replaced(node.test, "False")


def checking(source: Source, node: ast.Expr) -> Iterator[Edit]:
    """check(a): nothing."""
    if isinstance(node.value, ast.Call):
        yield source.replaced(node, "pass")


# A whole check taken out: the mutants that no test may miss.
CHECKS: Operators = {ast.If: (guard,), ast.Raise: (raised,), ast.Expr: (checking,)}


def mutants_of(text: str, operators: Operators = OPERATORS) -> list[Mutant]:
    """Return every mutant that is still Python, in the order of the source."""
    source = Source(text)
    found: dict[Edit, Mutant] = {}
    for node, place in _nodes(source.tree, Place()):
        for operator in operators.get(type(node), ()):
            for edit in operator(source, node):
                if edit not in found and source.is_python(edit):
                    found[edit] = _mutant(source, edit, place)
    return sorted(found.values(), key=lambda mutant: mutant.edit)


def _mutant(source: Source, edit: Edit, place: Place) -> Mutant:
    first, last = source.line_of(edit.start), source.line_of(edit.end)
    start, end = source.starts[first - 1], source.starts[last]
    nothing = Edit(edit.start, edit.start, "")
    return Mutant(
        edit=edit,
        function=place.function,
        statement=place.statement,
        line=first,
        last_line=last,
        before=shown(source.part(start, end, nothing), last - first + 1),
        after=shown(source.part(start, end, edit), 1 + edit.text.count("\n")),
    )


def _nodes(node: ast.AST, place: Place) -> Iterator[tuple[ast.AST, Place]]:
    """Yield all nodes that do something, each with its place."""
    for name, value in ast.iter_fields(node):
        # Defaults and decorators run where the function is defined, not in it.
        inside = isinstance(node, Functions) and name == "body" and not place.function
        here = place._replace(function=place.path) if inside else place
        for child in value if isinstance(value, list) else [value]:
            if isinstance(child, ast.AST) and not _is_idle(node, name, child):
                yield from _visited(child, here)


def _visited(child: ast.AST, place: Place) -> Iterator[tuple[ast.AST, Place]]:
    if isinstance(child, ast.stmt):
        place = place._replace(statement=child.lineno)
    yield child, place
    if isinstance(child, Functions | ast.ClassDef):
        place = place._replace(path=f"{place.path}.{child.name}".removeprefix("."))
    yield from _nodes(child, place)


def _is_idle(parent: ast.AST, name: str, child: ast.AST) -> bool:
    """Tell whether a node only describes, and is not to be mutated."""
    return (
        name in ("annotation", "returns")
        or (isinstance(parent, ast.Raise) and name in ("exc", "cause"))
        or isinstance(child, ast.JoinedStr)
        or (isinstance(child, ast.Expr) and isinstance(child.value, ast.Constant))
        or (isinstance(child, ast.Assign) and _is_declaration(child))
        or (isinstance(child, ast.keyword) and child.arg in IDLE_ARGUMENTS)
        or (isinstance(parent, ast.match_case) and name == "pattern")
        or (isinstance(child, ast.AnnAssign) and ast.unparse(child.annotation) == "TypeAlias")
        or (name == "decorator_list" and "cache" in ast.unparse(child))
    )


def _is_declaration(node: ast.Assign) -> bool:
    """Tell whether an assignment only names types or exports."""
    targets = {target.id for target in node.targets if isinstance(target, ast.Name)}
    value = node.value
    made = value.func.id if isinstance(value, ast.Call) and isinstance(value.func, ast.Name) else ""
    return (
        bool(targets & {"__all__", "__slots__"})
        or made in ("NewType", "TypeVar")
        or (isinstance(value, ast.BinOp) and isinstance(value.op, ast.BitOr) and _is_type(value))
    )


def _is_type(node: ast.AST) -> bool:
    if isinstance(node, ast.BinOp):
        return _is_type(node.left) and _is_type(node.right)
    return isinstance(node, ast.Name | ast.Attribute | ast.Subscript) or (
        isinstance(node, ast.Constant) and node.value is None
    )
