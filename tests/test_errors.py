"""The errors: one tree, drawn where it stands."""

import re
from collections.abc import Iterator

from recorder import errors
from recorder.errors import RecorderError


def tree(error: type[RecorderError], depth: int = 0) -> Iterator[tuple[int, str]]:
    """Yield each error of the module with its depth, in the order of the module."""
    yield depth, error.__name__
    for below in error.__subclasses__():
        if below.__module__ == errors.__name__:
            yield from tree(below, depth + 1)


def test_the_docstring_draws_the_tree() -> None:
    """Every error stands in the drawing, below the error that it extends."""
    drawn = re.findall(r"^    ([ │├└─]*)(\w+Error)", str(errors.__doc__), re.MULTILINE)
    assert [(len(indent) // 4, name) for indent, name in drawn] == list(tree(RecorderError))


def test_the_drawing_has_the_exit_codes() -> None:
    """An exit code beside an error is the one that its class has."""
    codes = dict(re.findall(r"(\w+Error) \((\d)\)", str(errors.__doc__)))
    assert len(codes) == 4
    assert {name: str(getattr(errors, name).exit_code) for name in codes} == codes
