"""The house speaks plainly: functions say what they do, a thing has one name, and imports stand where they are looked for."""

import ast
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

from programs import HOME
from trees import CODE, nodes_of

NO_VERB = re.compile(
    "a|all|also|an|another|as|at|both|by|each|every|for|from|how|if|in|its|it|new|no|none|nothing|of|on|one|that|the"
    "|there|these|this|those|to|two|until|up|what|when|where|whether|which|who|whose|why|with|without"
)
"""Words that open no imperative sentence."""

RETIRED = re.compile(
    "Desk|Outlet|Intake|Hooks|Trouble|Came|Working|Known|Seen|Shown|Held|Kept|Taken|Moved|Tracked|Watched|Recorded"
    "|Waiting|Granted|told|telling|given|outlets?|beside|heed|befall|mend(?:s|ed)?"
)
"""Words that names of the program have been rid of, as a whole name or a part of one."""

SEAMS = {
    "recorder/__init__.py",  # pandas: only a program that asks for frames loads it
    "recorder/fetch/__init__.py",  # the HTTP client: a pass that sends nothing does without
    "recorder/store/read/block_data.py",  # numpy: a pass that seals no block does without
}
"""The modules of which one function imports, once."""

LOADED = {
    "recorder.cli.completion",  # only a shell that completes a word
    "recorder.cli.progress_line",  # the rows of live views: only a terminal draws it
    "recorder.cli.remaining_runs",  # numpy: only runs in flight have something that remains
    "recorder.cli.store_words",  # the store: only a shell that completes a word
    "recorder.store.migrate",  # alembic: only a change of the schema
    "recorder.transfer.lake",  # numpy: only one of the exports
}
"""What the command line loads by name, but for commands and extras: see `cli/loading.py`."""


def nodes() -> Iterator[tuple[Path, ast.AST]]:
    """Yield each node of the program's modules, with its module."""
    for path in CODE:
        module = path.relative_to(HOME)
        for node in nodes_of(path):
            yield module, node


def functions() -> Iterator[tuple[Path, ast.FunctionDef]]:
    """Yield each function of the program that is no property, with its module."""
    for path, node in nodes():
        if isinstance(node, ast.FunctionDef) and not _is_property(node):
            yield path, node


def _is_property(function: ast.FunctionDef) -> bool:
    names = {getattr(decorator, "id", "") for decorator in function.decorator_list}
    return bool(names & {"property", "cached_property"})


def opens_with_a_verb(docstring: str) -> bool:
    """Return whether a sentence begins with an imperative: no article, no wh-word, no third person."""
    word = re.split(r"[^\w']", docstring, maxsplit=1)[0]
    third_person = word.endswith("s") and not word.endswith("ss")
    return word.isalpha() and not NO_VERB.fullmatch(word.lower()) and not third_person


def names() -> Iterator[tuple[Path, str, int]]:
    """Yield each name that a module gives or uses, with its module and line."""
    for path, node in nodes():
        match node:
            case ast.Name(id=name) | ast.ClassDef(name=name) | ast.FunctionDef(name=name):
                yield path, name, node.lineno
            case ast.arg(arg=name) | ast.Attribute(attr=name):
                yield path, name, node.lineno


def twice(names: Sequence[str]) -> list[str]:
    """Return the names that stand there more than once."""
    return sorted(name for name, count in Counter(names).items() if count > 1)


def test_function_docstrings_open_with_a_verb() -> None:
    """Each function's docstring says in the imperative what it does: "Return the owner of each source, by id."."""
    wrong = [
        f"{path}:{function.lineno} {function.name}: {docstring.splitlines()[0]}"
        for path, function in functions()
        if (docstring := ast.get_docstring(function)) and not opens_with_a_verb(docstring)
    ]
    assert wrong == []


def test_retired_names_stay_away() -> None:
    """A name that a plainer word has replaced does not come back."""
    wrong = [
        f"{path}:{line} {name}"
        for path, name, line in names()
        if any(RETIRED.fullmatch(part) for part in (name, *name.split("_")))
    ]
    assert wrong == []


def test_docstrings_use_the_plain_words() -> None:
    """No docstring uses a word that a plainer one has replaced."""
    retired = re.compile(r"\b(told|telling|heed\w*|befall\w*|mend(s|ed|ing)?|beside)\b")
    wrong = [
        f"{path}: {found[0]} in {docstring.splitlines()[0]}"
        for path, node in nodes()
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef)
        and (docstring := ast.get_docstring(node))
        and (found := retired.search(docstring))
    ]
    assert wrong == []


def test_a_class_has_its_name_alone() -> None:
    """No two classes share a name."""
    classes = [node.name for _, node in nodes() if isinstance(node, ast.ClassDef)]
    assert twice(classes) == []


def test_a_module_has_its_name_alone() -> None:
    """No two modules share a file name."""
    modules = [path.name for path in CODE if path.name != "__init__.py"]
    assert twice(modules) == []


def test_imports_stand_at_the_top() -> None:
    """Functions import nothing, but for one seam in each of the modules listed above."""
    inner = {
        (str(path), function.name)
        for path, function in nodes()
        if isinstance(function, ast.FunctionDef)
        for node in ast.walk(function)
        if isinstance(node, ast.Import | ast.ImportFrom)
    }
    assert sorted(path for path, _ in inner) == sorted(SEAMS)


def test_what_the_command_line_loads_by_name_is_listed() -> None:
    """Its modules load by name what is listed above, what a command stands in, and extras; one module does it."""
    loaded, importing = set(), set()
    for path, node in nodes():
        if not path.is_relative_to("recorder/cli"):
            continue
        match node:
            case ast.Call(func=ast.Name(id="load"), args=[ast.Constant(value=name)]):
                loaded.add(name)
            case ast.Name(id="import_module") | ast.Attribute(attr="import_module"):
                importing.add(str(path))
    assert loaded == LOADED
    assert importing == {"recorder/cli/loading.py"}
