"""`explain`: the facts of one run, its place among its like, and what to send on."""

import ast
import json
import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import reference_estimates
from hypothesis import given, settings
from made_rows import DAWN, Made, histories, run_row
from msgspec.structs import replace
from programs import HOME
from reference import spans
from reference_contrasts import sharp
from stores import T0, S, answer, document, register
from trees import nodes_of

from recorder.analysis.building import runs_of
from recorder.analysis.places import NEEDS, places
from recorder.analysis.rows import RunRow
from recorder.cli.main import cli, run
from recorder.history import flags
from recorder.history.flags import SENTENCES, flag_sentence
from recorder.instants import DAY, iso, parse_instant
from recorder.ledger.answer import Answer, Outcome
from recorder.ledger.cost import CostRules
from recorder.sandbox import answers
from recorder.store.engine import Database
from recorder.store.read import recent_errors
from recorder.store.write.record import Recorder

Ask = Callable[..., tuple[int, str, str]]
LINK = "https://cloud.trigger.example/runs/{trigger_run_id}?from=recorder"


@pytest.fixture
def ask(
    store_url: str,
    tmp_path: Any,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Ask:
    """Runs a command on the store at 80 columns; its exit code, and what it printed."""
    config = tmp_path / "config.toml"
    config.write_text(f'[links]\ntrigger = "{LINK}"\n')
    monkeypatch.setenv("RECORDER_CONFIG", str(config))
    monkeypatch.setenv("COLUMNS", "80")

    def asked(*arguments: str) -> tuple[int, str, str]:
        code = run(cli, [*arguments, "--db", store_url])
        captured = capsys.readouterr()
        return code, captured.out, captured.err

    return asked


def facts(ask: Ask, run_id: str, *more: str) -> dict[str, Any]:
    code, out, _ = ask("explain", run_id, "--format", "json", *more)
    assert code == 0
    found: dict[str, Any] = json.loads(out)
    return found


def body(run_id: str, status: str, *, ended: int | None = None, **fields: Any) -> dict[str, Any]:
    """A row of work_email 4 that was created at T0 and started 2 s later."""
    timing = {"createdAt": iso(T0), "startedAt": iso(T0 + 2 * S)}
    timing |= {} if ended is None else {"completedAt": iso(T0 + ended * S)}
    plain = {
        "enrichment": {"id": "enr_1", "slug": "work_email", "version": 4},
        "trigger": {"triggerRunId": f"run/{run_id}?", "correlationId": "cor_1"},
        "cost": {"preview": {"credits": 100}},
        "timing": timing,
    }
    return document(run_id, status, **(plain | fields))


def leads(done: int, failed: int = 0) -> dict[str, Any]:
    running = 100 - done - failed
    counts = {
        "pending": 0,
        "running": running,
        "completed": done,
        "skipped": 0,
        "failed": failed,
    }
    return {"resolvedCount": 100, "counts": counts}


def record(database: Database, run_id: str, *seen: tuple[int, Any]) -> None:
    """Record what was seen of a run, at so many seconds after T0; a number is the status of a failed poll."""
    register(database, [run_id], at=0)
    Recorder(database).record([seen_at(at, run_id, what) for at, what in seen])


def seen_at(at: int, run_id: str, what: Any) -> Answer:
    wrong = {404: Outcome.NOT_VISIBLE, 503: Outcome.SERVER_ERROR}
    if isinstance(what, int):
        return answer(at, b"", run_id=run_id, http_status=what, outcome=wrong[what])
    return answer(at, what, run_id=run_id)


def failing(database: Database) -> None:
    """A run that fails after an outage of the poller, dearer than previewed; its actual comes late."""
    cost = {"preview": {"credits": 100}, "actual": {"credits": 118}}
    error = {"message": "Provider *timed* out\n<b>after</b> 30 s"}
    ended: dict[str, Any] = {"scope": leads(60, 40), "ended": 7300, "error": error}
    record(
        database,
        "er_1",
        (1, body("er_1", "pending")),
        (4, body("er_1", "running", scope=leads(0))),
        (9, body("er_1", "running", scope=leads(30))),
        (12, body("er_1", "running", scope=leads(35))),
        (30, 503),
        (7305, body("er_1", "failed", **ended)),
        (7310, body("er_1", "failed", cost=cost, **ended)),
        (9000, body("er_1", "failed", cost=cost, **ended)),
    )
    like = {f"like_{n}": 10 + n for n in range(20)}
    register(database, like, at=0)
    done = {
        run_id: body(run_id, "completed", ended=ended, scope=leads(100), cost=cost)
        for run_id, ended in like.items()
    }
    polls = [(at, run_id) for at in (100, 9000) for run_id in like]
    Recorder(database).record([seen_at(at, run_id, done[run_id]) for at, run_id in polls])


def test_the_life_of_a_run_is_a_line_of_time(database: Database, ask: Ask) -> None:
    """What the ledger says and what we saw, in order, each by its clock: the outage, the quarters, the late actual."""
    failing(database)
    line = [
        (moment["at"][11:19], moment["clock"], moment["words"])
        for moment in facts(ask, "er_1")["timeline"]
    ]
    assert line == [
        ("09:00:00", "ledger", "created"),
        ("09:00:00", "ours", "tracked"),
        ("09:00:01", "ours", "seen pending"),
        ("09:00:02", "ledger", "started"),
        ("09:00:04", "ours", "seen running, was pending"),
        ("09:00:09", "ours", "30 of 100 leads ended"),
        ("09:00:12", "ours", "no answer for 2 h 1 m: 1 x server error"),
        ("09:10:00", "ours", "overdue"),
        ("11:01:40", "ledger", "ended: failed"),
        ("11:01:45", "ours", "seen failed, was running"),
        ("11:01:50", "ours", "actual 118 credits, none before"),
        ("11:30:00", "ours", "the actual was found final"),
    ]


def test_the_page_has_a_block_to_send_on(database: Database, ask: Ask) -> None:
    """80 columns hold it: ids, the link with the id encoded, the line of time, the last states; nothing is obeyed."""
    failing(database)
    code, page, _ = ask("explain", "er_1")
    assert code == 0
    assert max(map(len, page.splitlines())) <= 80
    head, _, block = page.partition("\nTo send on: failed, over its preview\n")
    assert "It cost 118 credits against a preview of 100: 18 over (18 %)." in head
    assert "in all  2 h 1 m: slow; longer than 20 of 20, half of them at most 19 s" in head
    assert "cost    118 credits; more than 0 of 20, half of them at most 118 credits" in head
    words = " ".join(block.split())
    assert "trigger_run_id run/er_1? correlation_id cor_1 enrichment_id enr_1" in words
    assert "\n  https://cloud.trigger.example/runs/run%2Fer_1%3F?from=recorder\n" in block
    assert "Provider *timed* out <b>after</b> 30 s" in words
    assert "seen failed, was running" in words
    assert re.search(r"state 6 .*2 polls, failed, 60 completed, 40 failed", words)


def test_its_error_stands_in_its_group(database: Database, ask: Ask) -> None:
    """The pattern of `errors`, how many runs have it, since when, and in which slugs."""
    failing(database)
    error = {"message": "Provider *timed* out <b>after</b> 45 s"}
    record(database, "er_2", (8000, body("er_2", "failed", ended=7990, error=error)))
    found = facts(ask, "er_1")
    assert found["error_pattern"] == "Provider *timed* out <b>after</b> <n> s"
    assert (found["error_runs"], found["error_share"]) == (2, 1)
    assert found["error_first_seen_at"] == iso(T0 + 7305 * S)
    page = " ".join(ask("explain", "er_1")[1].split())
    assert (
        "<n> s runs 2 of the last 2 with a message, 100 % seen 2025-11-20 11:01:45Z to 11:30:00Z"
        in page
    )
    assert facts(ask, "like_1")["error_pattern"] is None
    then = facts(ask, "er_1", "--as-of", iso(T0 + 7306 * S))
    assert (then["error_runs"], then["error_last_seen_at"]) == (1, iso(T0 + 7305 * S))


def test_its_error_is_counted_among_the_last_ones(
    database: Database, ask: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of the whole store the last states with a message are read, and those of the run itself, however old they are."""
    monkeypatch.setattr(recent_errors, "MOST_STATES", 3)
    for n, words in enumerate(("disk", "net", "net", "net", "disk")):
        error = {"message": f"{words} is gone"}
        record(database, f"er_{n}", (20 + n, body(f"er_{n}", "failed", ended=9, error=error)))
    told = {run_id: facts(ask, run_id) for run_id in ("er_0", "er_1", "er_3", "er_4")}
    counted = {name: (one["error_runs"], one["error_n"]) for name, one in told.items()}
    assert counted == {"er_0": (2, 4), "er_1": (3, 4), "er_3": (2, 3), "er_4": (1, 3)}
    assert told["er_0"]["error_first_seen_at"] == iso(T0 + 20 * S)
    then = facts(ask, "er_1", "--as-of", iso(T0 + 22 * S))
    assert (then["error_runs"], then["error_n"], then["error_share"]) == (2, 3, 2 / 3)


def test_markdown_is_to_paste(database: Database, ask: Ask) -> None:
    """The same parts with headings and lists; what was served is shown as it is."""
    failing(database)
    _, page, _ = ask("explain", "er_1", "--format", "markdown")
    assert "## To send on: failed, over its preview" in page
    assert r"- **error**: Provider \*timed\* out \<b\>after\</b\> 30 s" in page
    assert "- https://cloud.trigger.example/runs/run%2Fer_1%3F?from=recorder" in page
    assert "- It cost 118 credits" in page


def test_an_earlier_state_is_explained_as_it_was_known(database: Database, ask: Ask) -> None:
    """As of T: no end, no actual, overdue by T alone, and likes that were known by then."""
    failing(database)
    then = facts(ask, "er_1", "--as-of", iso(T0 + 20 * S))
    assert (then["status"], then["reasons"], then["cost_actual"]) == ("running", [], None)
    assert (then["wall_seconds"], then["wall_seconds_n"], then["wall_seconds_below"]) == (
        20,
        0,
        None,
    )
    late = facts(ask, "er_1", "--as-of", iso(T0 + 700 * S))
    assert late["reasons"] == ["overdue"]
    assert (late["wall_seconds"], late["wall_seconds_n"], late["wall_seconds_below"]) == (
        700,
        20,
        20,
    )
    assert late["slow"] is True
    assert late["timeline"][-1]["event"] == "overdue"
    _, page, _ = ask("explain", "er_1", "--as-of", iso(T0 + 20 * S))
    assert "To send on" not in page
    assert "When, by our clock where it does not say otherwise" in page
    assert "Previewed at 100 credits; no actual yet." in page


def test_a_run_in_order_has_nothing_to_send_on(database: Database, ask: Ask) -> None:
    """A run that completed within its preview; its labels are there; too few likes are no place."""
    cost = {"preview": {"credits": 100}, "actual": {"credits": 90}}
    done = body("er_1", "completed", ended=9, scope=leads(100), cost=cost)
    record(database, "er_1", (1, body("er_1", "pending")), (10, done), (9000, done))
    assert ask("label", "er_1", "team=growth")[0] == 0
    found = facts(ask, "er_1")
    assert (found["reasons"], found["flags"], found["labels"]) == ([], [], {"team": "growth"})
    assert (found["wall_seconds"], found["wall_seconds_n"], found["slow"]) == (9, 0, None)
    _, page, _ = ask("explain", "er_1")
    assert "too few like it to compare with: 0" in page
    assert "It cost 90 credits against a preview of 100: 10 under (10 %)." in page
    assert "team=growth" in page


@pytest.mark.parametrize(
    ("cost", "sentence"),
    [
        ({}, None),
        ({"actual": 5}, "It cost 5 unstated, against no preview."),
        ({"preview": 5, "actual": {"x": 1}}, "Previewed at 5 unstated; its actual cannot be read."),
        (
            {"preview": 5, "actual": 5},
            "It cost 5 unstated against a preview of 5: as previewed. It",
        ),
        ({"preview": 0, "actual": 2}, "It cost 2 unstated against a preview of 0: 2 over. It may"),
        (
            {"preview": {"amount": 5, "unit": "EUR"}, "actual": {"amount": 6, "unit": "USD"}},
            "It cost 6 USD, against a preview of 5 EUR.",
        ),
    ],
)
def test_each_kind_of_cost_has_its_sentence(
    database: Database, ask: Ask, cost: dict[str, Any], sentence: str | None
) -> None:
    """A side that is missing is not told as 0, nor a difference over units."""
    record(database, "er_1", (20, body("er_1", "completed", ended=9, cost=cost)))
    _, page, _ = ask("explain", "er_1")
    assert ("Cost\n" in page) == (sentence is not None)
    assert sentence is None or sentence in " ".join(page.split())


def test_each_amount_on_the_line_of_time_is_in_its_own_unit(database: Database, ask: Ask) -> None:
    """An actual may have another unit than the preview, and than the actual before it."""
    preview = {"amount": 5, "unit": "EUR"}
    actuals: list[Any] = [None, 6, {"amount": 7, "unit": "USD"}]
    costs = [{"preview": preview, "actual": actual} for actual in actuals]
    seen = [(20 + n, body("er_1", "completed", ended=9, cost=cost)) for n, cost in enumerate(costs)]
    record(database, "er_1", *seen)
    found = facts(ask, "er_1")
    words = [one["words"] for one in found["timeline"] if one["event"] == "actual"]
    assert words == ["actual 6 EUR, none before", "actual 7 USD, was 6 EUR"]
    assert (found["cost_unit"], found["cost_actual_unit"]) == ("EUR", "USD")


def test_an_actual_without_a_unit_is_in_that_of_the_settings(
    database: Database, ask: Ask, tmp_path: Path
) -> None:
    """The line of time gives it the unit that the page gives it."""
    with (tmp_path / "config.toml").open("a") as config:
        config.write('[cost]\nunit = "credits"\n')
    for at, cost in ((20, {"preview": 5}), (21, {"preview": 5, "actual": 6})):
        register(database, ["er_1"], at=0)
        rules = CostRules(unit="credits")
        given = body("er_1", "completed", ended=9, cost=cost)
        Recorder(database, costs=rules).record([answer(at, given, run_id="er_1")])
    moments = facts(ask, "er_1")["timeline"]
    assert [one["words"] for one in moments if one["event"] == "actual"] == [
        "actual 6 credits, none before"
    ]


def test_an_actual_of_a_run_in_flight_is_in_its_own_unit(database: Database, ask: Ask) -> None:
    """Also while its preview is what counts in spending."""
    cost = {"preview": {"amount": 5, "unit": "EUR"}, "actual": {"amount": 6, "unit": "USD"}}
    record(database, "er_1", (20, body("er_1", "running", cost=cost)))
    page = " ".join(ask("explain", "er_1")[1].split())
    assert "It cost 6 USD, against a preview of 5 EUR." in page


def test_a_run_that_goes_on_after_its_end_is_told_so(database: Database, ask: Ask) -> None:
    """It is overdue by the flight in which it was then: one that had ended is not; a 404 is a moment of its own."""
    record(
        database,
        "er_1",
        (1, body("er_1", "completed", ended=1)),
        (4000, body("er_1", "running")),
        (4010, 404),
    )
    then = facts(ask, "er_1", "--as-of", iso(T0 + 4020 * S))
    words = [one["words"] for one in then["timeline"]]
    assert "seen running again, was completed" in words
    assert words[-1] == "not visible (404)"
    assert "overdue" not in words


def test_odd_things_are_told_in_words(database: Database, ask: Ask) -> None:
    """Each flag has its sentence; a field that cannot be read is named."""
    odd = body("er_1", "completed", ended=9, scope={"resolvedCount": "many"})
    record(database, "er_1", (20, odd))
    meanings = {one["flag"]: one["meaning"] for one in facts(ask, "er_1")["flags"]}
    path = "unreadable:scope.resolvedCount"
    assert meanings == {
        path: "The field scope.resolvedCount of the ledger has a value that cannot be read."
    }
    assert meanings[path] in " ".join(ask("explain", "er_1")[1].split())


def test_every_flag_has_a_sentence() -> None:
    """Whatever a function of flags may yield, or a constant names, is explained, and nothing else."""
    found = {v for name, v in vars(flags).items() if name.isupper() and isinstance(v, str)}
    for path in (HOME / "recorder" / "history").glob("*.py"):
        for node in nodes_of(path):
            if isinstance(node, ast.FunctionDef) and node.name.endswith("_flags"):
                texts = (one.value for one in ast.walk(node) if isinstance(one, ast.Constant))
                names = (text.rstrip(":") for text in texts if isinstance(text, str))
                found |= {
                    name for name in names if re.fullmatch(r"[a-z]+(_[a-z]+)+|unreadable", name)
                }
    assert found == SENTENCES.keys()
    assert flag_sentence("one_of_a_later_version") == "one_of_a_later_version"


def test_a_run_that_nobody_tracks_is_refused(database: Database, ask: Ask) -> None:
    """As by `status`: exit 2 for an unknown id, one line for a run that was not seen yet."""
    register(database, ["er_1"])
    for command in ("explain", "status"):
        code, out, err = ask(command, "er_none")
        assert (code, out, err.count("\n")) == (2, "", 1)
        code, out, err = ask(command, "er_1")
        assert (code, out, err.count("\n")) == (1, "", 1)
        assert "not seen yet" in err


@pytest.mark.parametrize("link", ["", "ftp://x/{trigger_run_id}", "https://example.org/runs"])
def test_a_link_without_a_place_for_the_id_is_refused(
    database: Database, ask: Ask, link: str
) -> None:
    """One line names the setting, its value and what to write."""
    del database
    with open(os.environ["RECORDER_CONFIG"], "w", encoding="utf-8") as file:  # noqa: PTH123
        file.write(f'[links]\ntrigger = "{link}"\n')
    code, out, err = ask("explain", "er_1")
    assert (code, out) == (2, "")
    assert err.startswith("recorder: links.trigger = ")


@settings(max_examples=25)
@given(histories(150))
def test_a_place_is_that_of_plain_loops(made: Made) -> None:
    """Over random histories: the last hundred likes by when they were known, carried to the size, the run none of them."""
    now = DAWN + 3 * DAY
    rows = [replace(row, cost_known_at=DAWN, ended_seen_at=row.ended_at) for row in made.rows]
    runs = runs_of(rows, {*NEEDS, "status"})
    for row in [one for one in rows if one.slug is not None][:20]:
        found = places(row, runs, now=now)
        for measure in ("queue_seconds", "run_seconds", "wall_seconds"):
            values = like_times(row, rows, measure, now)
            assert list(found[measure].like) == pytest.approx(values, rel=1e-9)
            if found[measure].is_enough:
                value = found[measure].value or 0
                below = sum(one < value - 1e-3 for one in values)
                assert found[measure].n_below == pytest.approx(below, abs=1)


def like_times(row: RunRow, rows: list[RunRow], measure: str, now: int) -> list[float]:
    likes: list[dict[str, Any]] = []
    for one in rows:
        seconds, least = sharp(one, measure), 0 if measure == "queue_seconds" else 1e-6
        if (
            one.status != "completed"
            or one is row
            or (one.source, one.slug) != (row.source, row.slug)
        ):
            continue
        if seconds is not None and seconds >= least and one.version == row.version:
            known_at = one.ended_at if one.ended_at is not None else -1
            value = spans(one)[measure][0]
            likes.append(
                {
                    "run_id": one.run_id,
                    "known_at": known_at,
                    "leads": one.leads_total,
                    "value": value,
                }
            )
    known = [one for one in likes if one["known_at"] <= now]
    last = sorted(known, key=lambda one: (one["known_at"], one["run_id"]))[-100:]
    asked = {"leads": None if measure == "queue_seconds" else row.leads_total}
    return reference_estimates._duration_values(last, asked) if last else []  # noqa: SLF001


def test_a_cost_is_placed_by_its_preview() -> None:
    """Likes are carried by their own preview, or by their leads where the run has none; other units are no likes."""
    cost = {"cost_unit": "credits", "cost_quality": "both", "cost_known_at": DAWN, "slug": "x"}
    like = [
        run_row(
            f"er_{n}",
            status="completed",
            leads_total=n + 1,
            cost_preview_micros=100,
            cost_actual_micros=100 + n,
            **cost,
        )
        for n in range(10)
    ]
    other = [replace(one, run_id=f"x_{one.run_id}", cost_unit="EUR") for one in like]
    runs = runs_of([*like, *other], {*NEEDS, "status"})
    asked = run_row("er_99", slug="x", cost_unit="credits", leads_total=2, cost_actual_micros=205)
    by_preview = places(replace(asked, cost_preview_micros=200), runs, now=DAWN)["cost_actual"]
    assert list(by_preview.like) == [200 + 2 * n for n in range(10)]
    assert (by_preview.n_below, by_preview.median) == (3, 208)
    by_leads = places(asked, runs, now=DAWN)["cost_actual"]
    assert by_leads.like[-1] == 2 * 100
    assert by_leads.n_below == 10
    assert not places(replace(asked, slug=None), runs, now=DAWN)["cost_actual"].like


@pytest.mark.slow
@pytest.mark.parametrize("dialect", ["sqlite"])
def test_the_manual_shows_what_the_program_prints(
    database: Database, ask: Ask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The page of the manual's sandbox, to the letter, up to its last states."""
    del database
    monkeypatch.setenv("RECORDER_CONFIG", os.devnull)
    manual = (HOME / "README.md").read_text(encoding="utf-8")
    (shown,) = re.findall(r"<!-- explain -->\n```text\n(.*?)```", manual, re.DOTALL)
    history = tmp_path / "history.ndjson"
    made = answers(runs=300, seed=7, start_at=parse_instant("2026-10-01T00:00Z") or 0)
    history.write_text("".join(f"{json.dumps(line)}\n" for line in made), encoding="utf-8")
    assert ask("import", str(history))[0] == 0
    (run_id,) = re.findall(r"^run +(\w+)$", shown, re.MULTILINE)
    assert ask("explain", run_id)[1].startswith(shown)
