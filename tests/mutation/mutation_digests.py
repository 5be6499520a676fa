"""What a test is made of in its file: itself, and the helpers and constants that it comes to by name.

So that a test added to a file says nothing about what the others of that file have shown.
"""

import ast
from collections.abc import Iterator
from functools import lru_cache
from hashlib import sha256


@lru_cache(maxsize=256)
def definitions(source: str) -> dict[str, ast.stmt]:
    """Return the statements of a module by the names that they give something to."""
    found: dict[str, ast.stmt] = {}
    for node in ast.parse(source).body:
        if not isinstance(node, ast.Import | ast.ImportFrom):
            for name in names_given(node):
                found[name] = node
    return found


def names_given(node: ast.stmt) -> Iterator[str]:
    """Yield what a statement gives a name to."""
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        yield node.name
        return
    for part in ast.walk(node):
        if isinstance(part, ast.Name) and isinstance(part.ctx, ast.Store):
            yield part.id


def names_used(node: ast.stmt) -> Iterator[str]:
    """Yield what a statement may come to by name: a fixture is named by a parameter."""
    for part in ast.walk(node):
        if isinstance(part, ast.Name):
            yield part.id
        elif isinstance(part, ast.arg):
            yield part.arg
        elif isinstance(part, ast.Constant) and isinstance(part.value, str):
            yield part.value


def digest_of_test(source: str, name: str) -> str:
    """Return what changes as soon as a test does, or something of its file that it is made of."""
    found = definitions(source)
    wanted, taken = [name, "pytestmark"], dict[str, ast.stmt]()
    while wanted:
        one = wanted.pop()
        if one in found and one not in taken:
            taken[one] = found[one]
            wanted += names_used(found[one])
    text = "\n".join(ast.unparse(taken[one]) for one in sorted(taken))
    return sha256(text.encode()).hexdigest()[:16] if name in taken else ""
