"""`recorder metrics`: what Prometheus reads, and the panels of the manual, have the numbers of the other commands."""

import json
import os
import re
import subprocess
import sys
from collections import Counter
from dataclasses import dataclass
from datetime import UTC
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from months import fill_month
from prometheus_client.parser import text_string_to_metric_families
from stores import answer, document, failure, register
from test_readme import README, execute

from recorder.cli.main import cli, run
from recorder.instants import iso, now_us
from recorder.ledger.answer import Outcome
from recorder.store.engine import Database
from recorder.store.write.record import Recorder

KEY = "pk_of_ann_0123456789"
Capture = pytest.CaptureFixture[str]
CONFIG = """
[budget.growth]
unit = "credits"
amount = 50000.25
per = "month"
"""


@dataclass
class Asked:
    """The command line over one store."""

    database: Database
    capture: Capture

    def __call__(self, *arguments: str) -> str:
        """What a command prints."""
        self.capture.readouterr()
        url = self.database.url.render_as_string(hide_password=False)
        assert run(cli, [*arguments, "--db", url]) == 0
        return self.capture.readouterr().out

    def rows(self, *arguments: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = json.loads(self(*arguments, "--format", "json"))
        return found

    def metrics(self, *arguments: str) -> dict[str, dict[tuple[str, ...], float]]:
        """Each sample, by its name and the values of its labels in the order of their names."""
        found: dict[str, dict[tuple[str, ...], float]] = {}
        for family in text_string_to_metric_families(self("metrics", *arguments)):
            for sample in family.samples:
                labels = tuple(value for _, value in sorted(sample.labels.items()))
                found.setdefault(sample.name, {})[labels] = sample.value
        return found


@pytest.fixture
def asked(
    database: Database, tmp_path: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> Asked:
    """A store with a month of history, runs of now, and a budget."""
    config = tmp_path / "config.toml"
    config.write_text(CONFIG)
    monkeypatch.setenv("RECORDER_CONFIG", str(config))
    monkeypatch.setenv("PUFFLE_API_KEY", KEY)
    fill_month(database)
    now = now_us()
    register(database, ["er_now", "er_late", "er_429"], source="other")
    made = [("er_now", now), ("er_late", now - 700_000_000)]
    answers = [
        answer(
            0,
            document(
                run_id,
                enrichment={"slug": 'a "b"\\n'},
                cost={"preview": 2.5},
                timing={"createdAt": iso(created_at)},
            ),
            run_id=run_id,
            source="other",
            observed_at=now,
        )
        for run_id, created_at in made
    ]
    throttled = failure(0, Outcome.THROTTLED, 429, run_id="er_429", source="other", observed_at=now)
    Recorder(database).record([*answers, throttled])
    return Asked(database, capsys)


@pytest.mark.slow
def test_its_numbers_are_those_of_the_other_commands(asked: Asked) -> None:
    """Runs as in `failures` and `overdue`, spend and budgets to the digit, polls as in `sources`."""
    found = asked.metrics()
    ended = {
        (row["slug"] or "", row["source"], status): row[status]
        for row in asked.rows("failures", "--by", "source,slug")
        for status in ("completed", "failed", "cancelled")
    }
    assert found["recorder_runs_ended_total"] == ended
    assert sum(ended.values()) > 100
    in_flight = Counter(
        {
            (one["slug"] or "", one["source"]): 0
            for one in asked.rows("failures", "--by", "source,slug")
        }
    )
    slow, overdue = in_flight.copy(), in_flight.copy()
    for row in asked.rows("runs", "--status", "running"):
        in_flight[row["slug"], row["source"]] += 1
        slow[row["slug"], row["source"]] += row["slow"] is True
    for row in asked.rows("overdue"):
        overdue[row["slug"], row["source"]] += 1
    own = ('a "b"\\n', "other")
    assert (found["recorder_runs_in_flight"][own], found["recorder_runs_overdue"][own]) == (2, 1)
    assert found["recorder_runs_overdue"] == overdue
    assert found["recorder_runs_slow"] == slow
    assert {("committed", *own, "unstated"): 5.0}.items() <= found[
        "recorder_spend_today"
    ].items() or (now_us() // 60_000_000 % 1440 < 12), "but in the first minutes of a day"
    (budget,) = asked.rows("budget")
    labels = ("growth", "month", "credits")
    assert found["recorder_budget_amount"][labels] == 50000.25
    assert found["recorder_budget_used"][labels] == float(budget["used_total"])
    sources = {row["source"]: row for row in asked.rows("sources")}
    assert found["recorder_throttled_requests"] == {("default",): 0, ("other",): 1}
    assert found["recorder_key_requests_budget"] == {("default, other",): 80}
    assert found["recorder_key_requests"] == {
        ("default, other",): sources["other"]["key_requests_60s"]
    }
    for name in ("good_poll", "commit"):
        at = found[f"recorder_last_{name}_timestamp_seconds"]
        assert now_us() / 1e6 - at["other",] < 600


def test_names_and_helps_keep_to_the_conventions(asked: Asked) -> None:
    """One prefix, base units, a total only for a counter, and a sentence of help for each, as promtool has it."""
    families = list(text_string_to_metric_families(asked("metrics")))
    assert len(families) == 13
    for family in families:
        assert re.fullmatch(r"recorder_[a-z]+(_[a-z]+)*", family.name)
        assert family.type in ("gauge", "counter")
        assert family.documentation.endswith(".")
        assert not re.search(
            r"_(total|count|sum|bucket|gauge|counter|minutes|hours|ms|s)\b", family.name
        )
        for sample in family.samples:
            assert sample.name == family.name + ("_total" if family.type == "counter" else "")


def test_no_sample_comes_twice(
    database: Database, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Runs of an empty slug and runs without one are one sample, the sum of both."""
    monkeypatch.setenv("RECORDER_CONFIG", os.devnull)
    slugs = {"er_1": "", "er_2": None, "er_3": None}
    register(database, slugs)
    answers = [
        answer(0, document(run_id, enrichment={"slug": slug}), run_id=run_id)
        for run_id, slug in slugs.items()
    ]
    Recorder(database).record(answers)
    asked = Asked(database, capsys)
    samples = [line for line in asked("metrics").splitlines() if not line.startswith("#")]
    assert len({line.rpartition(" ")[0] for line in samples}) == len(samples)
    assert asked.metrics()["recorder_runs_in_flight"] == {("", "default"): 3}


def test_an_empty_store_has_no_samples(
    database: Database, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Only the names, and what they mean."""
    monkeypatch.setenv("RECORDER_CONFIG", os.devnull)
    assert Asked(database, capsys).metrics() == {}
    assert Asked(database, capsys)("metrics").count("# HELP") == 13


def test_the_file_is_replaced_whole(asked: Asked, tmp_path: Path) -> None:
    """With the rights that a new file has there; what it held before stays readable to whoever has it open."""
    out = tmp_path / "textfile" / "recorder.prom"
    out.parent.mkdir()
    before = os.umask(0o027)
    try:
        assert asked("metrics", "--out", str(out)) == ""
        with out.open() as old:
            asked("metrics", "--out", str(out))
            assert old.read().startswith("# HELP")
            assert os.fstat(old.fileno()).st_ino != out.stat().st_ino
    finally:
        os.umask(before)
    assert out.stat().st_mode & 0o777 == 0o640
    assert list(out.parent.iterdir()) == [out]
    assert list(text_string_to_metric_families(out.read_text()))


def test_a_path_that_cannot_be_written_is_told(
    database: Database, store_url: str, tmp_path: Path, capsys: Capture
) -> None:
    """In one line that names it."""
    out = tmp_path / "none" / "recorder.prom"
    assert run(cli, ["metrics", "--out", str(out), "--db", store_url]) == 1
    assert capsys.readouterr().err == (
        f"recorder: {out}: No such file or directory: choose another path with --out\n"
    )
    assert database is not None


@pytest.mark.parametrize(
    "dialect", ["sqlite", pytest.param("postgres", marks=pytest.mark.slow)], indirect=True
)
def test_the_extra_that_it_needs_is_named(store_url: str) -> None:
    """Without the library the command ends with 2 and the line that installs it."""
    code = (
        "import sys; sys.modules['prometheus_client'] = None; from recorder.cli.main import main; "
        f"sys.argv = ['recorder', 'metrics', '--db', {store_url!r}]; sys.exit(main())"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    told = "recorder: metrics needs prometheus_client: pip install 'puffle-recorder[metrics]'\n"
    assert (done.returncode, done.stderr) == (2, told)


@pytest.mark.slow
@pytest.mark.parametrize("dialect", ["postgres"], indirect=True)
def test_the_panels_have_the_numbers_of_the_commands(asked: Asked) -> None:
    """The three queries of the manual: ended runs, run times by day and slug, spending by day."""
    ended, times, spent = (
        execute(asked.database, query)
        for query in re.findall(r"<!-- panel -->\n```sql\n(.*?)```", README, re.DOTALL)
    )
    (whole,) = asked.rows("failures")
    assert 0 < sum(row["runs"] for row in ended) <= whole["runs"]
    by_day = {
        (row["day"], row["slug"]): (row["run_seconds_p50"], row["run_seconds_p90"])
        for row in asked.rows("durations", "--by", "day,slug")
        if row["run_seconds_p90"] is not None
    }
    found = {(_day(row), row["slug"]): (row["p50"], row["p90"]) for row in times}
    assert len(by_day) > 20
    assert {key: found[key] for key in by_day} == by_day
    totals = {
        (row["day"], row["unit"], part): Decimal(str(row[f"{part}_total"]))
        for row in asked.rows("spend", "--by", "day")
        for part in ("settled", "provisional", "committed", "unconfirmed")
        if row[f"{part}_runs"]
    }
    assert {
        (_day(row), row["spend_unit"], row["spend_part"]): row["total"].normalize() for row in spent
    } == {key: total.normalize() for key, total in totals.items()}


def _day(row: dict[str, Any]) -> str:
    return str(row["time"].astimezone(UTC).date())
