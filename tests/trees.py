"""The syntax trees of the program's modules, each parsed once in a process, for the tests of the house."""

import ast
from functools import cache
from pathlib import Path

from programs import HOME

CODE = sorted([*(HOME / "recorder").rglob("*.py"), *(HOME / "migrations").rglob("*.py")])


@cache
def tree_of(path: Path) -> ast.Module:
    """The parsed module."""
    return ast.parse(path.read_text(encoding="utf-8"))


@cache
def nodes_of(path: Path) -> tuple[ast.AST, ...]:
    """Every node of the parsed module, from the top down."""
    return tuple(ast.walk(tree_of(path)))
