"""A month that the sandbox plays, with a story in it: every command that could know tells it, and no more than it."""

import json
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode

import pytest
from stores import T0, S, answer

import recorder
from recorder.cli.main import cli, run
from recorder.instants import DAY, HOUR, MINUTE, SECOND, iso, parse_instant
from recorder.ledger.target import Target
from recorder.sandbox import Ending, Overrides, SimulatedRun, document, make_run
from recorder.sandbox.definitions import Definition, definition
from recorder.sandbox.run_items import items_reply
from recorder.store.engine import Database
from recorder.store.write.capture import record_page

START = parse_instant("2026-10-01T00:00:00Z") or 0
SWITCH, DOWN, DEAD = 15, 20, 24
"""The days of the new versions, of the provider that is down, and of the two hours without cron."""

DEAD_AT = START + DEAD * DAY + 10 * HOUR
DEAD_FOR = 2 * HOUR
FIELD_AT = START + 12 * DAY
WORSE, SAME, ALONE = "funding_stage", "tech_stack", "intent_score"
Capture = pytest.CaptureFixture[str]


def used(slug: str, day: int) -> Definition:
    """The version of a day. Version 4 of funding_stage fails twice as often as version 3, and costs a fifth more."""
    if slug == WORSE:
        version = 4 if day >= SWITCH else 3
        return replace(definition(slug, version), failure_rate=0.24 if version == 4 else 0.12)
    return definition(slug, 2 if slug == SAME and day >= SWITCH else 1)


def played() -> Iterator[SimulatedRun]:
    """The runs of the month; on one day those of a slug fail, and one begins just before cron dies."""
    slugs = [WORSE] * 26 + [SAME] * 12 + [ALONE] * 6
    for number in range(30 * len(slugs)):
        day, place = divmod(number, len(slugs))
        slug = slugs[place]
        is_down = slug == ALONE and day == DOWN
        overrides = Overrides(definition=used(slug, day), ending=Ending.FAILED if is_down else None)
        at = START + day * DAY + place * (DAY // len(slugs))
        yield make_run(seed=11, number=number, user="default", created_at=at, overrides=overrides)
    caught = Overrides(definition=used(SAME, DEAD), ending=Ending.COMPLETED, leads=60)
    at = DEAD_AT - 10 * SECOND
    yield make_run(seed=11, number=9999, user="default", created_at=at, overrides=caught)


def lines(one: SimulatedRun) -> Iterator[dict[str, Any]]:
    """What a pass every few seconds would have recorded of a run, had cron been alive."""
    end = one.created_at + 20 * MINUTE if one.ended_at is None else one.ended_at
    pace = max(5 * SECOND, (end - one.created_at) // 8)
    instants = range(one.created_at + 1, end, pace)
    after = max(end, one.settled_at or 0)
    dead_until = DEAD_AT + DEAD_FOR
    for at in (*instants, after + SECOND, after + 6 * SECOND, after + 30 * MINUTE):
        if not DEAD_AT <= at < dead_until:
            yield {"observed_at": iso(at), "run_id": one.run_id, "body": _body(one, at)}
    if DEAD_AT <= after < dead_until:  # cron finds them when it lives again
        for at in (dead_until + SECOND, dead_until + 6 * SECOND):
            yield {"observed_at": iso(at), "run_id": one.run_id, "body": _body(one, at)}


def _body(one: SimulatedRun, at: int) -> dict[str, Any]:
    body = document(one, at)
    if is_refused(one) and body["run"]["error"] is not None:
        number = int(one.run_id.encode().hex()[-6:], 16)
        body["run"]["error"]["message"] = f"Provider findy is down: request {number} refused"
    if at >= FIELD_AT:
        body["run"]["priority"] = "high"
    return body


def is_refused(one: SimulatedRun) -> bool:
    return one.definition.slug == ALONE and (one.created_at - START) // DAY == DOWN


def capture_leads(database: Database, one: SimulatedRun) -> None:
    """Record the leads of a run that ended, page by page; of a refused one findy lets every lead down that failed."""
    at, cursor = (one.settled_at or 0) + HOUR, ""
    while cursor is not None:
        body = json.loads(items_reply(one, at, urlencode({"limit": 100, "cursor": cursor})).body)
        for item in body["items"]:
            if is_refused(one) and item["status"] == "failed":
                item["metadata"]["provider"] = "findy"
                item["error"]["message"] = "Provider findy is down: request 7 refused"
        target = Target(one.run_id, cursor)
        record_page(database, answer((at - T0) // S, body, target=target))
        cursor = body["page"]["nextCursor"]


@dataclass(frozen=True, kw_only=True)
class Story:
    """The store of the month, and the runs as they were played."""

    url: str
    runs: list[SimulatedRun]
    told: list[dict[str, Any]]

    def ask(self, capsys: Capture, *arguments: str) -> Any:
        """The JSON that a command prints."""
        capsys.readouterr()
        assert run(cli, [*arguments, "--db", self.url, "--format", "json"]) == 0
        return json.loads(capsys.readouterr().out)

    def read(self, capsys: Capture, *arguments: str) -> str:
        """What it prints for people, in one line."""
        capsys.readouterr()
        assert run(cli, [*arguments, "--db", self.url]) == 0
        return " ".join(capsys.readouterr().out.split())


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Story:
    """The month, imported as a person would; nothing in these tests writes to it."""
    folder = tmp_path_factory.mktemp("story")
    runs = list(played())
    told = [line for one in runs for line in lines(one)]
    history = folder / "history.ndjson"
    history.write_text("".join(f"{json.dumps(line)}\n" for line in told), encoding="utf-8")
    url = str(folder / "story.db")
    assert run(cli, ["import", "--db", url, str(history)]) == 0
    with closing(Database(f"sqlite:///{url}")) as database:
        for one in runs:
            if one.definition.slug == ALONE and one.ended_at is not None:
                capture_leads(database, one)
    return Story(url=url, runs=runs, told=told)


def shown(rows: list[dict[str, Any]]) -> dict[tuple[str, str], str]:
    """The verdicts by slug and measure, of versions that differ."""
    return {
        (row.get("slug", ""), row["measure"]): row["verdict"]
        for row in rows
        if row["verdict"] in ("higher", "lower")
    }


@pytest.mark.slow
def test_the_worse_version_is_found_and_no_other(story: Story, capsys: Capture) -> None:
    """`versions` and `compare`: it fails twice as often and costs a fifth more; the others do not differ, nor do times."""
    rows = story.ask(capsys, "versions")
    worse = ("failure_rate", "unit_cost", "actual_per_preview")
    assert shown(rows) == {(WORSE, measure): "higher" for measure in worse}
    found = {row["measure"]: row for row in rows if row["slug"] == WORSE}
    assert found["failure_rate"]["b_value"] / found["failure_rate"]["a_value"] == pytest.approx(
        2, 0.3
    )
    for measure in ("unit_cost", "actual_per_preview"):
        assert found[measure]["b_value"] / found[measure]["a_value"] == pytest.approx(1.2, 0.05)
        assert found[measure]["difference_low"] < 0.2 * found[measure]["a_value"]
        assert found[measure]["difference_high"] > 0.15 * found[measure]["a_value"]
    told = story.read(capsys, "versions")
    assert "version 4 of funding_stage fails more often than version 3: " in told
    assert "tech_stack fails" not in told
    with closing(recorder.open(story.url)) as history:
        frame = history.compare(a={"version": "3"}, b={"version": "4"}, slug=WORSE)
    (note, *_) = frame.attrs["notes"]
    assert note.startswith("version 4 of funding_stage fails more often than version 3: ")
    halves = (
        "--a",
        f"until={iso(START + SWITCH * DAY)}",
        "--b",
        f"since={iso(START + SWITCH * DAY)}",
    )
    assert shown(story.ask(capsys, "compare", *halves, "--slug", SAME)) == {}
    assert {m for _, m in shown(story.ask(capsys, "compare", *halves, "--slug", WORSE))} == {*worse}


@pytest.mark.slow
def test_the_provider_that_was_down_is_one_error(story: Story, capsys: Capture) -> None:
    """`errors`: one pattern, of that day's runs alone, first seen that day; `failures` shows the day."""
    refused = [one for one in story.runs if is_refused(one)]
    rows = [r for r in story.ask(capsys, "errors") if r["pattern"].startswith("Provider findy")]
    found, of_leads = rows
    assert (found["level"], of_leads["level"]) == ("run", "lead")
    assert found["pattern"] == "Provider findy is down: request <n> refused"
    assert (found["runs"], found["slugs"]) == (len(refused), ALONE)
    assert found["first_seen_at"].startswith("2026-10-21")
    assert found["example_run_id"] in {one.run_id for one in refused}
    days = story.ask(capsys, "failures", "--by", "day", "--slug", ALONE)
    assert [row["day"] for row in days if row["failure_rate"] == 1] == ["2026-10-21"]
    assert not any("findy" in row["pattern"] for row in story.ask(capsys, "errors", "--slug", SAME))


@pytest.mark.slow
def test_the_leads_tell_which_provider_it_was(story: Story, capsys: Capture) -> None:
    """`leads`: that day findy completed far fewer leads than on the others, and no other provider did; the counts add up."""
    asks = ("leads", "--slug", ALONE, "--by", "provider")
    day = (iso(START + DOWN * DAY), iso(START + (DOWN + 1) * DAY))
    then = story.ask(capsys, *asks, "--since", day[0], "--until", day[1])
    before = story.ask(capsys, *asks, "--until", day[0])
    down, usual = ({row["provider"]: row for row in rows} for rows in (then, before))
    worse = {
        provider
        for provider, row in down.items()
        if provider and row["completed_rate_high"] < usual[provider]["completed_rate_low"]
    }
    assert worse == {"findy"}
    last = [run.steps[-1] for run in story.runs if is_refused(run)]
    assert sum(row["failed"] for row in then) == sum(step.failed for step in last)
    assert sum(row["completed"] for row in then) == sum(step.completed for step in last)


@pytest.mark.slow
def test_the_field_that_appeared_is_the_only_news(story: Story, capsys: Capture) -> None:
    """`drift`: its path and type, since when, in how many runs; all else is as the API's page has it."""
    held = [line for line in story.told if "priority" in line["body"]["run"]]
    instants = sorted(line["observed_at"] for line in held)
    (found,) = story.ask(capsys, "drift")
    assert (found["path"], found["kind"], found["value"]) == ("priority", "unknown_field", "string")
    assert found["runs"] == len({line["run_id"] for line in held})
    assert (found["first_seen_at"], found["last_seen_at"]) == (instants[0], instants[-1])


@pytest.mark.slow
def test_the_hours_without_cron_are_seen(story: Story, capsys: Capture) -> None:
    """`coverage`: the runs of those hours were first seen ended, and no others; `explain` tells the gap of one run."""
    missed = {
        one.run_id
        for one in story.runs
        if one.created_at >= DEAD_AT and (one.ended_at or START + 30 * DAY) < DEAD_AT + DEAD_FOR
    }
    by_day = story.ask(capsys, "coverage", "--by", "day")
    late = {row["day"]: row["post_hoc"] for row in by_day if row["post_hoc"]}
    assert late == {"2026-10-25": len(missed)}
    assert missed
    caught = story.runs[-1]
    page = story.read(capsys, "explain", caught.run_id)
    assert "no answer for 2 h: not polled" in page
    facts = story.ask(capsys, "explain", caught.run_id)
    assert [one["event"] for one in facts["timeline"]].count("gap") == 1


@pytest.mark.slow
def test_each_run_is_explained_for_what_it_was(story: Story, capsys: Capture) -> None:
    """`explain`: a refused run is to send on, with its group of errors; a run in order is not, and has no gap."""
    refused = next(one for one in story.runs if is_refused(one))
    facts = story.ask(capsys, "explain", refused.run_id)
    assert "failed" in facts["reasons"]
    assert facts["error_runs"] == sum(map(is_refused, story.runs))
    assert "To send on: failed" in story.read(capsys, "explain", refused.run_id)
    completed = (one for one in story.runs if one.ending is Ending.COMPLETED)
    for one in [one for one in completed if one.definition.slug == SAME][:5]:
        facts = story.ask(capsys, "explain", one.run_id)
        is_over = (facts["cost_variance"] or 0) > 0
        assert facts["reasons"] == (["over_preview"] if is_over else [])
        assert facts["error_pattern"] is None
        assert "gap" not in {moment["event"] for moment in facts["timeline"]}
        assert facts["wall_seconds"] == pytest.approx(
            ((one.ended_at or 0) - one.created_at) / SECOND, abs=0.001
        )
