"""Columns hold what rows do, whichever store they come from, now and as of a time."""

from collections.abc import Sequence
from functools import partial
from typing import Any

import numpy as np
import pytest
import sqlalchemy as sa
from columns_held import FIELDS, NAMES, assert_columns_are_rows, fill_mixed, fill_sealed
from made_rows import run_row
from stores import T0, S

from recorder.analysis import likes
from recorder.analysis.building import in_listing_order, joined, runs_of
from recorder.analysis.columns import Runs
from recorder.analysis.likes import PastRun, Planned
from recorder.analysis.outcomes import is_completed, paid
from recorder.analysis.places import NEEDS as PLACES
from recorder.analysis.wall_times import VersionName, wall_likes
from recorder.history.spend_parts import PARTS
from recorder.store import sealed
from recorder.store.engine import Database
from recorder.store.read import recent_runs as recent_runs_module
from recorder.store.read.past import Past
from recorder.store.read.recent_runs import COLUMNS as RECENT
from recorder.store.read.recent_runs import WantedLikes, recent_runs
from recorder.store.read.run_columns import read_runs
from recorder.store.read.runs import run_rows
from recorder.store.schema import poll


@pytest.fixture(params=["rows", "sealed"])
def mixed(
    request: pytest.FixtureRequest, database: Database, monkeypatch: pytest.MonkeyPatch
) -> Database:
    """A store with runs of every shape in two sources, as rows alone, or most of them in small blocks."""
    if request.param == "rows":
        return fill_mixed(database)
    monkeypatch.setattr(sealed, "PER_BLOCK", 4)
    return fill_sealed(database)


@pytest.mark.parametrize("source", [None, "default", "growth"])
def test_columns_are_the_rows(mixed: Database, source: str | None) -> None:
    """Each value of each column is that of the run's row, now and as of instants in between, of all or one source."""
    with mixed.reading() as connection:
        for at in (None, -5, 7, 63, 705, 50_000, 10**7):
            assert_columns_are_rows(connection, source, at)


@pytest.mark.parametrize("source", [None, "growth"])
def test_the_runs_of_some_slugs_are_those_of_all(mixed: Database, source: str | None) -> None:
    """Each value is that which a reading of all runs has, and no other run is read."""
    with mixed.reading() as connection:
        runs = read_runs(connection, NAMES, source_name=source)
        slugs = {*sorted({str(slug) for slug in runs.values("slug") if slug})[:2], "' OR 1=1"}
        some = read_runs(connection, NAMES, source_name=source, slugs=slugs)
    wanted = runs.only(runs.words("slug").where(slugs.__contains__))
    some, wanted = (one.take(in_listing_order(one)) for one in (some, wanted))
    assert 0 < some.n < runs.n
    for name in NAMES:
        assert some.values(name) == wanted.values(name), name


@pytest.mark.parametrize("source", ["default", "growth"])
@pytest.mark.parametrize("per_piece", [1, 200])
def test_as_few_runs_as_are_enough_give_the_same_likes(
    mixed: Database, monkeypatch: pytest.MonkeyPatch, source: str, per_piece: int
) -> None:
    """The last outcomes of each version are those that all runs give, now and as of instants in between."""
    monkeypatch.setattr(likes, "WINDOW", 2)
    monkeypatch.setattr(recent_runs_module, "_PER_PIECE", per_piece)
    monkeypatch.setattr(recent_runs_module, "_FEW_RUNS", per_piece % 200)
    for at in (None, 7, 63, 705, 50_000):
        assert_the_same_likes(mixed, source, at)


def assert_the_same_likes(mixed: Database, source: str, at: int | None) -> None:
    past = None if at is None else Past(as_of=T0 + at * S)
    now = T0 + (10**7 if at is None else at) * S
    with mixed.reading() as connection:
        runs = read_runs(connection, PLACES, source_name=source, past=past)
        names = {*zip(*map(runs.values, ("source", "slug", "version")), strict=True)}
        for one in names:
            found = recent_runs(
                connection,
                PLACES,
                partial(_are_final, one, Planned(version=one[2], at=now)),
                wanted=WantedLikes(
                    source_name=source, slugs=[one[1]] if one[1] else [], versions=[one[2]]
                ),
                past=past,
            )
            if one[1] is None:
                assert not found.n
            else:
                assert _last(found, one, now) == _last(runs, one, now)


@pytest.mark.slow
def test_all_completed_runs_of_a_version_are_those_of_all(mixed: Database) -> None:
    """Where none are enough each completed run is read, with the values that all runs give, now and as of many instants."""
    names, n_completed = sorted(RECENT - {"tracked_at"}), set()
    with mixed.reading() as connection:
        polled_at = sorted(connection.execute(sa.select(poll.c.polled_at)).scalars())
        for at in (None, *polled_at[:: len(polled_at) // 12]):
            past = None if at is None else Past(as_of=at)
            runs = read_runs(connection, names, source_name="growth", past=past)
            n_completed.add(int(is_completed(runs).sum()))
            for slug, version in {*zip(runs.values("slug"), runs.values("version"), strict=True)}:
                slugs = [slug] if slug else []
                wanted = WantedLikes(source_name="growth", slugs=slugs, versions=[version])
                found = recent_runs(connection, names, lambda *_: False, wanted=wanted, past=past)
                is_like = wanted.mask(runs) if slug else np.zeros(runs.n, np.bool_)
                assert _rows(found, names) == _rows(runs.only(is_like), names)
    assert len(n_completed) > 5


def _rows(runs: Runs, names: Sequence[str]) -> list[tuple[Any, ...]]:
    rows = zip(*map(runs.values, names), strict=True)
    return sorted(rows, key=lambda row: row[names.index("run_id")])


def _last(runs: Runs, one: VersionName, now: int) -> list[list[PastRun]]:
    """The last likes of a version at an instant: by their wall times, and by their costs."""
    own = runs.only(runs.words("slug").among(one[1]) & runs.words("source").among(one[0]))
    planned = Planned(version=one[2], at=now)
    costs = [likes.Likes(paid(own, unit), _scores) for unit in ("credits", "USD")]
    return [made.last(planned) for made in (wall_likes(runs, [one])[one], *costs)]


_scores = partial(likes.CostScores, by_preview=False)


def _are_final(one: VersionName, planned: Planned, runs: Runs, bound: int) -> bool:
    own = runs.only(runs.words("slug").among(one[1]) & runs.words("source").among(one[0]))
    costs = [likes.Likes(paid(own, unit), _scores) for unit in ("credits", "USD")]
    return all(made.is_final(planned, bound) for made in (wall_likes(runs, [one])[one], *costs))


def test_a_label_that_nobody_has_is_missing(mixed: Database) -> None:
    """Whatever is asked for, also what no store can hold, each run has null for it."""
    for key in ("a\0", "\ud800", "%", "' OR 1=1"):
        with mixed.reading() as connection:
            runs = read_runs(connection, [f"label:{key}"])
        assert set(runs.values(f"label:{key}")) == {None}


def test_the_mixed_store_is_mixed(mixed: Database) -> None:
    """It holds what columns may get wrong: nulls everywhere, labels, lost, reopened and unseen runs, two sources."""
    with mixed.reading() as connection:
        rows = list(run_rows(connection))
    for name in (
        set(FIELDS)
        - {"source", "run_id", "tracking", "tracked_at"}
        - {*("n_polls", "n_snapshots", "n_reopened", "is_quiet")}
    ):
        values = {getattr(row, name) for row in rows}
        assert None in values, name
        assert len(values) > 1, name
    assert {row.source for row in rows} == {"default", "growth"}
    assert {row.tracking for row in rows} >= {"active", "not_visible", "untracked", "settling"}
    assert {row.cost_quality for row in rows} >= {"both", "unparsed", "unit_mismatch", "none"}
    assert any(row.n_reopened for row in rows)
    assert any(row.labels for row in rows)
    assert {row.spend_part for row in rows} == {*PARTS, None}
    assert any(row.spend_unit != row.cost_unit for row in rows)
    assert any(row.created_at is None and row.n_snapshots for row in rows)


def test_words_of_two_parts_are_of_one_lexicon() -> None:
    """A word that both parts have, null too, is one word of the whole: its runs are one group."""
    first = runs_of([run_row("er_1", slug="a"), run_row("er_2", slug=None)], ["slug", "run_id"])
    second = runs_of([run_row("er_3", slug=None), run_row("er_4", slug="a")], ["slug", "run_id"])
    whole = joined(first, second)
    assert whole.values("slug") == ["a", None, None, "a"]
    assert len(set(whole.words("slug").lexicon.words)) == 2
    extended = whole.words("slug").with_null()
    assert len(extended.lexicon.words) == 2
    assert extended.codes[-1] == whole.words("slug").codes[1]


def test_some_runs_are_views_of_all() -> None:
    """A slice, a mask and places give the same runs, however they are asked one after the other."""
    rows = [
        run_row(f"er_{n}", slug="ab"[n % 2], leads_total=n if n % 3 else None) for n in range(9)
    ]
    runs = runs_of(rows, ["run_id", "slug", "leads_total"])
    some = runs.take(slice(2, 8)).take(np.array([5, 0, 3])).only(np.array([True, False, True]))
    assert some.n == 2
    assert some.values("run_id") == ["er_7", "er_5"]
    assert some.values("slug") == ["b", "b"]
    assert some.values("leads_total") == [7, 5]
