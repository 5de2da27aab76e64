"""`recorder.open()`: documented columns and dtypes, exact values, no more imports than needed."""

import re
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from shapes import HOSTILE, fill
from stores import T0, S, answer, register

import recorder
from recorder.api import History
from recorder.instants import datetime_of, iso
from recorder.store.engine import Database
from recorder.store.write.record import Recorder
from recorder.views import VIEWS

NAMES = (*VIEWS, "durations", "failures", "costs", "coverage", "overruns")
DTYPES = {
    "text": pd.StringDtype(),
    "count": pd.Int64Dtype(),
    "flag": pd.BooleanDtype(),
    "seconds": pd.Float64Dtype(),
    "instant": pd.DatetimeTZDtype("us", "UTC"),
}


def url_of(database: Database) -> str:
    return database.url.render_as_string(hide_password=False)


@pytest.fixture
def history(database: Database) -> Iterator[History]:
    """The history of a store with runs of every shape."""
    fill(database)
    with recorder.open(url_of(database)) as history:
        yield history


@pytest.fixture
def empty_history(database: Database) -> Iterator[History]:
    with recorder.open(url_of(database)) as history:
        yield history


def frame_of(history: History, name: str, **more: Any) -> pd.DataFrame:
    frame: pd.DataFrame = getattr(history, name)(**more)
    return frame


def test_the_help_lists_every_column() -> None:
    """The manual of each frame names the columns of its view; of a row of counts the first and the last."""
    for name, kinds in VIEWS.items():
        words = set(re.findall(r"\w+", str(getattr(History, name).__doc__)))
        counts = [column for column in kinds if column.startswith("leads_")]
        amounts = [column for column in kinds if column.endswith("_micros")]
        assert {*kinds} - {*counts[1:-1], *amounts} <= words, name


def test_columns_have_their_documented_dtypes(history: History) -> None:
    """Each column of a view's frame has the dtype of its kind; amounts are exact decimals, or floats on request."""
    for name, kinds in VIEWS.items():
        frame = frame_of(history, name)
        for column, kind in kinds.items():
            assert frame[column].dtype == DTYPES.get(kind, object), column
    for name in ("runs", "snapshots"):
        frame = frame_of(history, name)
        floats = frame_of(history, name, floats=True)
        for side in ("cost_preview", "cost_actual"):
            assert floats[side].dtype == pd.Float64Dtype()
            assert [float(x) for x in frame[side].dropna()] == floats[side].dropna().tolist()


def test_an_empty_frame_has_the_columns_and_dtypes_of_a_full_one(
    history: History, tmp_path: Path, sqlite_template: Path
) -> None:
    """Whether there are rows or not, the dtypes are the same, for every view and every analysis."""
    path = tmp_path / "empty.db"
    path.write_bytes(sqlite_template.read_bytes())
    with recorder.open(path) as empty:
        for name in NAMES:
            dtypes = frame_of(empty, name).dtypes.to_dict()
            assert dtypes == frame_of(history, name).dtypes.to_dict(), name


def test_an_empty_store_gives_empty_frames(empty_history: History) -> None:
    """A store without runs is no error."""
    assert not any(len(frame_of(empty_history, name)) for name in VIEWS)


def test_amounts_are_exact(database: Database) -> None:
    """An amount that no float can say is there to its last digit."""
    register(database)
    body = b'{"run": {"id": "er_1", "cost": {"preview": 9007199254740.000001, "actual": 0.1}}}'
    Recorder(database).record([answer(0, body)])
    with recorder.open(url_of(database)) as history:
        (run,) = history.runs().to_dict("records")
        assert (run["cost_preview"], run["cost_actual"]) == (
            Decimal("9007199254740.000001"),
            Decimal("0.1"),
        )
        assert run["cost_preview_micros"] == 9007199254740000001


@pytest.mark.slow
def test_there_is_no_row_cap(database: Database) -> None:
    """Many rows come out as many as there are."""
    register(database)
    Recorder(database).record([answer(at) for at in range(12_000)])
    with recorder.open(url_of(database)) as history:
        assert len(history.polls()) == 12_000


def test_status_is_plain_python(database: Database) -> None:
    """The JSON value last served: integers of any size as int, other numbers exact, siblings of `run` included."""
    register(database)
    body = (
        b'{"at": [true, null, "x"], "run": {"id": "er_1", "a": 1.10, "b": -0, "c": 1e400, "d":'
        b' 123456789012345678901234567890, "e": {}, "f": 1E+9999999999999999999999}}'
    )
    Recorder(database).record([answer(0, body)])
    with recorder.open(url_of(database)) as history:
        value = history.status("er_1")
    assert value["at"] == [True, None, "x"]
    run = value["run"]
    assert (type(run["a"]), str(run["a"])) == (Decimal, "1.10")
    assert (type(run["b"]), run["b"]) == (int, 0)
    assert run["c"] == Decimal("1e400")
    assert run["d"] == 123456789012345678901234567890
    assert run["f"] == "1E+9999999999999999999999"


@pytest.mark.parametrize(
    "when",
    [
        iso(T0 + 7 * S),
        datetime_of(T0 + 7 * S),
        pd.Timestamp(T0 + 7 * S, unit="us", tz="Europe/Berlin"),
        pd.Timestamp("2025-11-20T09:00:07.000000999Z"),
    ],
)
def test_as_of_takes_every_kind_of_instant(database: Database, when: Any) -> None:
    """Text, an aware datetime and a Timestamp of any zone name the same instant."""
    fill(database)
    with recorder.open(url_of(database)) as history:
        then = history.as_of(when)
        assert len(then.polls("t")) == 7
        assert then.runs().query("run_id == 't'")["n_polls"].tolist() == [7]


def test_since_and_until_take_dates_and_spans(history: History) -> None:
    """A date is its first moment in UTC, a span ends now; since counts, until does not."""
    day = datetime_of(T0).date()
    everything = set(history.runs()["run_id"])
    assert set(history.runs(since=day)["run_id"]) == everything
    assert len(history.runs(until=day)) == 0
    assert set(history.runs(since="99999d")["run_id"]) == everything
    assert len(history.runs(since="1s")) == 0
    created = history.runs(slug="work_email")["created_at"].min()
    assert created in set(history.runs(since=created)["created_at"])
    assert created not in set(history.runs(until=created)["created_at"])


def test_filters_are_those_of_the_command_line(history: History) -> None:
    """Status and slug take one word or several, label a mapping, source a name."""
    assert set(history.runs(status="failed")["status"]) == {"failed"}
    assert set(history.runs(status=["failed", "paused"])["status"]) == {"failed", "paused"}
    assert set(history.runs(slug=("work_email",))["slug"]) == {"work_email"}
    assert set(history.runs(label={"team": "growth", "k": "a=b"})["run_id"]) == {"s1", "er_1"}
    assert set(history.runs(source="growth")["source"]) == {"growth"}
    assert history.labels("s1")["value"].tolist() == ["a=b", "growth"]
    assert len(history.snapshots(HOSTILE)) == 6
    assert history.transitions("er_1", source="growth")["to_status"].tolist() == [
        "pending",
        "running",
        "failed",
        "running",
        "cancelled",
    ]


def test_a_version_may_be_the_number_that_the_ledger_serves(history: History) -> None:
    """A number means the version of that text, alone, in a list and in a selection; so does an estimate's."""
    expected = history.runs(version="3")["run_id"].tolist()
    assert expected
    assert history.runs(version=3)["run_id"].tolist() == expected
    assert history.runs(version=[3])["run_id"].tolist() == expected
    texts, numbers = ({"version": "3"}, {"version": "4"}), ({"version": 3}, {"version": 4})
    rows = [history.compare(a=a, b=b) for a, b in (texts, numbers)]
    assert rows[0].equals(rows[1])
    told = [history.estimate(slug="work_email", leads=5, version=one) for one in ("3", 3)]
    assert told[0].equals(told[1])


def test_analyses_say_what_they_rest_on(history: History) -> None:
    """An analysis frame begins with its groups, and carries its foot and its populations."""
    for name in ("durations", "failures", "costs", "coverage"):
        frame = frame_of(history, name, by=["slug", "label:team"], tz="Europe/Berlin")
        assert list(frame.columns[:2]) == ["slug", "label:team"]
        assert "tracked run" in frame.attrs["foot"]
        assert frame.attrs["populations"]["tracked"] == len(history.runs())
    assert len(history.durations(by="status", censored=True)) >= 3
    assert history.overruns(limit=1, since=date(2020, 1, 1)).columns[0] == "source"
    failed = history.failures(by="slug", status="failed,completed")
    assert failed["failure_rate"].dtype == pd.Float64Dtype()


@pytest.mark.parametrize(
    "arguments",
    [
        {"since": "yesterday"},
        {"since": datetime(2025, 11, 20, 9)},  # noqa: DTZ001  # naive is the point
        {"until": pd.Timestamp("2025-11-20")},
        {"since": "2025-11-21", "until": "2025-11-20"},
        {"since": "999999999w"},
        {"tz": "Mars/Phobos"},
    ],
)
def test_arguments_that_make_no_sense_are_usage_errors(
    empty_history: History, arguments: dict[str, Any]
) -> None:
    """Naive and unreadable instants, a since after until, and an unknown zone are refused in one line."""
    with pytest.raises(recorder.UsageError):
        empty_history.runs(**arguments)


def test_nonsense_of_an_analysis_is_a_usage_error(empty_history: History) -> None:
    """An unknown group or zone is refused; an argument that does not exist is a TypeError."""
    with pytest.raises(recorder.UsageError, match="colour"):
        empty_history.failures(by="colour")
    with pytest.raises(recorder.UsageError, match="Mars"):
        empty_history.failures(by="day", tz="Mars/Phobos")
    with pytest.raises(TypeError, match=r"no filter .colour.: there are since, until"):
        empty_history.runs(colour="red")  # type: ignore[call-arg]
    with pytest.raises(recorder.UnknownRunError):
        empty_history.status("nobody")


def test_a_store_that_is_not_there_is_not_made(tmp_path: Path) -> None:
    """Opening a missing store is an error, and leaves no file."""
    with pytest.raises(recorder.StoreMissingError, match="recorder track"):
        recorder.open(tmp_path / "none.db")
    assert not list(tmp_path.iterdir())


def test_settings_say_which_store(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without arguments the environment names the store, and a config file may; the source that is set counts."""
    fill(database)
    monkeypatch.setenv("RECORDER_DATABASE_URL", url_of(database))
    monkeypatch.setenv("RECORDER_SOURCE", "growth")
    with recorder.open() as history:
        assert set(history.runs()["source"]) == {"growth"}
        assert set(history.as_of(datetime.now(UTC)).polls()["source"]) == {"growth"}
        assert "***" not in repr(history) or "postgres" in repr(history)
    monkeypatch.delenv("RECORDER_DATABASE_URL")
    config = tmp_path / "config.toml"
    config.write_text(f'database_url = "{url_of(database)}"\n')
    with recorder.open(config=config) as history:
        assert len(history.runs(source="default")) > 20


@pytest.mark.slow
def test_importing_the_package_is_light() -> None:
    """`import recorder` imports neither pandas nor SQLAlchemy nor httpx; its attributes come when asked for."""
    code = """
import sys, recorder
heavy = {"pandas", "sqlalchemy", "httpx", "numpy", "alembic", "click"} & sys.modules.keys()
assert not heavy, heavy
assert recorder.__version__.count(".") == 2
assert recorder.History.__name__ == "History"
assert "pandas" in sys.modules
assert not hasattr(recorder, "colour")
"""
    subprocess.run([sys.executable, "-W", "error", "-c", code], check=True)
