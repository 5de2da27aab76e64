"""Each version of a slug against the one before.

Invariant: versions stand in the order in which they were first used, whatever the filters.
"""

from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from itertools import pairwise
from typing import Final, TypeAlias

from recorder.analysis.analysis import Analysis, Group, Population, Question
from recorder.analysis.cells import Row, grouped, key
from recorder.analysis.columns import Runs, Word
from recorder.analysis.contrasts import Contrast, contrast_rows, contrasts, no_row, sentence
from recorder.analysis.failures import require_both_ends
from recorder.analysis.groups import Key, in_order, parse_by, split
from recorder.analysis.samples import NEEDS, samples_of
from recorder.errors import UsageError
from recorder.humanize import counted

FirstUses: TypeAlias = Mapping[Key, int]
"""When the first run of each slug and version was created, microseconds since 1970 UTC."""


def versions(_group: Group) -> Row:
    """Show how each version of a slug differs from the one before, with a verdict where that is hardly chance.

    Versions stand in the order of their first runs in the store. The intervals of an answer are 95 % intervals for
    all its comparisons together.

    Returns:
        A row a group, `slug`, `version_a`, `version_b` (null: runs without a version), `measure` and, for money,
        `unit`; the other columns are those of `compare`, B against A.
    """
    return _names(None, None, None) | no_row()


def _names(slug: Word, a: Word, b: Word) -> Row:
    sides = {"a": key(_word(a)), "b": key(_word(b))}
    return {"slug": key(_word(slug)), **grouped("version", sides, narrow="a b")}


def _word(value: Word) -> str | None:
    return None if value is None else str(value)


def _contrasts(group: Group) -> Iterator[tuple[Row, Contrast]]:
    runs, first_uses = group.runs, group.basis
    found = dict(split(runs, [runs.words("slug"), runs.words("version")]))
    keys = in_order(("slug", "version"), (key for key in found if key[0] is not None))
    # The sort is stable: of versions that were first used at the same instant the lower one comes first.
    keys.sort(key=lambda key: (key[0], first_uses[key]))
    samples = ((key, samples_of(found[key])) for key in keys)
    for ((slug, before), a), ((of_slug, after), b) in pairwise(samples):
        if slug == of_slug:
            yield from ((_names(slug, before, after), one) for one in contrasts(a, b))


def _first_uses(runs: Runs) -> FirstUses:
    """Return when each version of each slug was first used."""
    keys = split(runs, [runs.words("slug"), runs.words("version")])
    return {key: int(some.dated_at.min()) for key, some in keys}


def _prepare(question: Question) -> Question:
    if "version" in parse_by(question.by):
        raise UsageError("--by version: each row is about two versions: group by something else")
    return require_both_ends(question)


def _notes(rows: Sequence[Row], question: Question) -> Iterator[str]:
    by = [term for term in parse_by(question.by) if term != "slug"]
    for row in rows:
        a, b = (_named(row[name].value) for name in ("version_a", "version_b"))
        said = sentence(row, a, f"{b} of {row['slug'].value}", by)
        if said is not None:
            yield said


def _named(version: object) -> str:
    return "no version" if version is None else f"version {version}"


def _about(runs: Runs, _population: str, _question: Question) -> str:
    keys = list(split(runs, [runs.words("slug"), runs.words("version")]))
    return f"{counted(len(keys), 'version')}, each against the one before of its slug"


ANALYSIS: Final = Analysis(
    cells=versions,
    population=Population.ALL,
    needs=NEEDS | {"slug", "version", "dated_at"},
    prepare=_prepare,
    basis=_first_uses,
    rows=partial(contrast_rows, _contrasts),
    notes=_notes,
    about=_about,
    examples=("versions --slug work_email", "versions --since 90d --format json"),
)
