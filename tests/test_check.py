"""`check` holds the figures of the other commands against thresholds: silent, and 0, unless one is crossed."""

import json
from collections.abc import Callable, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from months import fill_month
from stores import answer, document, register

from recorder.analyses import Analyses
from recorder.analysis.filters import Filters
from recorder.cli.main import cli, run
from recorder.instants import HOUR, MINUTE, iso, now_us
from recorder.settings import Settings
from recorder.store.engine import Database
from recorder.store.write.record import Recorder
from recorder.store.write.sources import ensure_source
from recorder.store.write.track import track
from recorder.thresholds import Checked, ThresholdCheck, Thresholds

Ask = Callable[..., tuple[int, str, str]]
CONFIG = """
[budget.all]
unit = "credits"
amount = 1000
per = "month"
"""


@pytest.fixture
def ask(store_url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Ask:
    """Runs a command; its exit code, and what it printed on stdout and stderr."""
    config = tmp_path / "config.toml"
    config.write_text(CONFIG)

    def asked(*arguments: str) -> tuple[int, str, str]:
        capsys.readouterr()
        code = run(cli, [*arguments, "--db", store_url, "--config", str(config)])
        return code, *capsys.readouterr()

    return asked


def fill(database: Database, failed: int, completed: int, *, hours: int = 1) -> None:
    """Record runs that were created so many hours ago and ended, each second one at 1.5 times its preview."""
    created = {"createdAt": iso(now_us() - hours * HOUR)}
    words = ["failed"] * failed + ["completed"] * completed
    run_ids = [f"{hours}_{n}" for n in range(len(words))]
    register(database, run_ids)
    for n, (run_id, word) in enumerate(zip(run_ids, words, strict=True)):
        cost = {"preview": {"credits": 10}, "actual": {"credits": 10 + 5 * (n % 2)}}
        body = document(
            run_id,
            word,
            cost=cost,
            timing=created,
            error={"message": "no"} if word == "failed" else None,
        )
        Recorder(database).record([answer(at, body, run_id=run_id) for at in (0, 9)])


def test_a_rate_crosses_by_its_lower_bound(database: Database, ask: Ask) -> None:
    """3 of 40 are 0.075, at least 0.026; with --strict the rate itself counts, and in JSON stands what was held."""
    fill(database, 3, 37)
    for threshold, code, strict_code in (("0.02", 5, 5), ("0.03", 0, 5), ("0.08", 0, 0)):
        rule = ("check", "--max-failure-rate", threshold)
        assert (ask(*rule)[0], ask(*rule, "--strict")[0]) == (code, strict_code)
    code, out, err = ask("check", "--max-failure-rate", "0.02")
    line = "max_failure_rate: 7.5 % of 40 runs (at least 2.6 %), threshold 2.0 %: crossed\n"
    assert (code, out, err) == (5, line, "")
    (row,) = json.loads(ask("check", "--max-failure-rate", "0.02", "--format", "json")[1])
    assert list(row)[:5] == ["rule", "value", "threshold", "n", "crossed"]
    assert row["rule"] == "max_failure_rate"
    assert (row["value"], row["threshold"], row["n"], row["crossed"]) == (0.075, 0.02, 40, True)


def test_too_few_runs_cross_nothing(database: Database, ask: Ask) -> None:
    """Nine that all failed are shown as too few, unless --min-n says that they are enough."""
    fill(database, 9, 0)
    rule = ("check", "--max-failure-rate", "0.1")
    assert ask(*rule) == (0, "", "")
    assert ask(*rule, "-v")[1].endswith("threshold 10.0 %: too few runs\n")
    assert ask(*rule, "--min-n", "9")[0] == 5


def test_rates_are_of_the_last_seven_days_unless_told(database: Database, ask: Ask) -> None:
    """--since widens them, and the other filters narrow them."""
    fill(database, 20, 0, hours=24 * 8)
    rule = ("check", "--max-failure-rate", "0.1")
    assert ask(*rule)[0] == 0
    assert ask(*rule, "--since", "30d")[0] == 5
    assert ask(*rule, "--since", "30d", "--until", "9d")[0] == 0


def test_sums_and_budgets_have_a_line_each(database: Database, ask: Ask) -> None:
    """A limit of spending counts what its runs use, by unit; of a unit that no run has it is 0, and stderr names the units there are."""
    fill(database, 0, 12)
    limits = ("--max-spend", "100/1d", "--max-spend", "5 EUR/1d", "--max-budget", "0.1")
    code, out, err = ask("check", *limits, "--max-overrun", "0.1", "-v")
    assert code == 5
    assert err == "recorder: no run of the store has unit 'EUR': it has credits\n"
    assert out.splitlines() == [
        "max_overrun of credits: 50.0 % of 12 runs (at least 25.4 %), threshold 10.0 %: crossed",
        "max_spend of credits: 150, threshold 100: crossed",
        "max_spend of EUR: 0, threshold 5: fine",
        "max_budget of all: 15.0 %, threshold 10.0 %: crossed",
    ]
    assert ask("check", "--max-spend", "150 credits/2h")[:2] == (0, "")


def test_new_errors_are_those_of_runs_in_that_time(database: Database, ask: Ask) -> None:
    """A pattern that was seen before is not new."""
    fill(database, 2, 0)
    assert ask("check", "--new-errors", "1h")[0] == 0  # the answers are of last year
    (row,) = json.loads(ask("check", "--new-errors", "1000d", "--format", "json")[1])
    assert (row["value"], row["threshold"], row["crossed"]) == (1, 0, True)


def silences(database: Database, now: int, *rules: int) -> list[Checked]:
    """What `--max-silence` comes to."""
    analyses = Analyses(database, Settings(database_url="sqlite://"))
    thresholds = Thresholds(silence_us=rules[0] if rules else MINUTE)
    return list(ThresholdCheck(analyses, thresholds, Filters(), now=now).rows())


def test_silence_is_since_the_last_good_poll_or_since_a_run_fell_due(database: Database) -> None:
    """The lesser of both; 0 with nothing due; each source for itself."""
    now = now_us()
    with database.writing() as connection:
        for source, ago in (("a", 10 * MINUTE), ("b", MINUTE // 2)):
            ensure_source(connection, source, base_url="https://x.test", now=now - HOUR)
            track(connection, source, ["er_1"], now=now - ago)
    assert [(one.of, one.value, one.crossed) for one in silences(database, now)] == [
        ("a", 600.0, True),
        ("b", 30.0, False),
    ]
    polled = answer(0, source="a", observed_at=now - 2 * MINUTE)
    Recorder(database).record([polled], now=now - 2 * MINUTE)
    (a, _) = silences(database, now)
    assert a.value == pytest.approx(117)  # due again after 3 s
    assert silences(database, now - 2 * MINUTE + 1)[0].value == 0


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((), "no rule: give one or more, such as --max-failure-rate 0.1"),
        (("--max-failure-rate", "10"), "'10': write a rate from 0 to 1"),
        (("--max-failure-rate", "nan"), "'nan': write a share such as 0.1"),
        (("--max-budget", "80%"), "'80%': write a share such as 0.1"),
        (("--max-spend", "5000"), "'5000': write 5000/7d, or"),
        (("--max-spend", "-1/7d"), "'-1/7d': write 5000/7d, or"),
        (("--max-spend", "NaN/7d"), "'NaN/7d': write 5000/7d, or"),
        (("--max-silence", "0s"), "'0s': write 10m, 24h or 7d"),
        (("--new-errors", "99999999w"), "'99999999w': write 10m, 24h or 7d"),
        (("--max-overdue", "-1"), "-1 is not in the range"),
        (("--max-overdue", "few"), "'few' is no whole number. (recorder check"),
    ],
)
def test_a_rule_that_makes_no_sense_is_refused(
    database: Database, ask: Ask, arguments: Sequence[str], said: str
) -> None:
    """In one line, with exit code 2."""
    assert database
    code, out, err = ask("check", *arguments)
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert said in err


def test_a_store_without_runs_crosses_nothing(database: Database, ask: Ask) -> None:
    """Every rule is fine there, and says so at -v."""
    assert database
    rules = ["--max-failure-rate", "0", "--max-overrun", "0", "--max-silence", "1s"]
    rules += ["--max-overdue", "0", "--max-slow", "0", "--max-spend", "0/7d", "--new-errors", "7d"]
    assert ask("check", *rules) == (0, "", "")
    line = "max_failure_rate: no rate of 0 runs, threshold 0.0 %: too few runs"
    assert line in ask("check", *rules, "-v")[1]


@pytest.mark.slow
def test_each_figure_is_that_of_the_command_that_shows_it(database: Database, ask: Ask) -> None:
    """Over a month of made history: failures, costs, overdue, spend, budget and errors."""
    fill_month(database)

    def shown(*arguments: str) -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = json.loads(
            ask(*arguments, "--format", "json")[1], parse_float=Decimal
        )
        return rows

    rules = ["--max-failure-rate", "0", "--max-overrun", "0", "--max-overdue", "0"]
    rules += ["--max-slow", "0", "--max-spend", "0/20d", "--max-budget", "0"]
    found = {
        (row["rule"], row["of"]): row["value"]
        for row in shown("check", *rules, "--new-errors", "20d", "--since", "20d")
    }
    (failures,) = shown("failures", "--since", "20d")
    expected: dict[tuple[str, str | None], Any] = {
        ("max_failure_rate", None): failures["failure_rate"]
    }
    for row in shown("costs", "--since", "20d"):
        if row["unit"] is not None:
            expected["max_overrun", row["unit"]] = row["overrun_rate"]
    expected["max_overdue", None] = len(shown("overdue"))
    expected["max_slow", None] = sum(row["slow"] is True for row in shown("overdue", "--slow"))
    for row in shown("spend", "--since", "20d"):
        if row["unit"] is not None:
            parts = ("spent_total", "committed_total", "unconfirmed_total")
            expected["max_spend", row["unit"]] = sum(row[part] for part in parts)
    expected["max_budget", "all"] = shown("budget")[0]["share"]
    errors = [row for row in shown("errors", "--new-since", "20d") if row["level"] == "run"]
    expected["new_errors", None] = len(errors)
    assert found == expected
    assert len(errors) > 0
