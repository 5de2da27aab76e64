"""How much longer a run in flight takes."""

import json
import math
import os
import random
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from statistics import median
from typing import Any

import pytest
from made_rows import run_row
from months import import_month
from msgspec.structs import replace
from stores import T0, S, answer, document, register

import recorder
from recorder.analysis.building import runs_of
from recorder.analysis.columns import Runs
from recorder.analysis.likes import Planned
from recorder.analysis.outcomes import WALL_NEEDS
from recorder.analysis.remaining import Course, Outlook, outlook
from recorder.analysis.rows import RunRow
from recorder.analysis.wall_times import wall_likes
from recorder.cli.main import cli, run
from recorder.errors import UnknownRunError
from recorder.instants import datetime_of, iso, now_us
from recorder.store.engine import Database
from recorder.store.read.run_columns import read_runs
from recorder.store.read.run_history import courses
from recorder.store.read.runs import run_rows
from recorder.store.write.record import Recorder
from recorder.views import REMAINING_KINDS

Asks = Callable[..., str]
README = (Path(__file__).parent.parent / "README.md").read_text(encoding="utf-8")
SEED_OF_README = 7
Seen = list[tuple[int, float | None]]


def made(rng: random.Random, n: int) -> tuple[list[RunRow], dict[str, Course]]:
    """Completed runs of a slug in two versions, and how far they were when; some without counts or start."""
    rows, found = [], {}
    for number in range(n):
        created = number * 100 * S
        wall, leads = rng.randint(20, 200) * S, rng.randint(1, 50)
        times = sorted(rng.sample(range(created + S, created + wall), 4))
        started, *seen = times
        shares = sorted(rng.random() for _ in seen)
        rows.append(
            run_row(
                f"r{number}",
                source="a",
                slug="x",
                version=rng.choice("12"),
                status="completed",
                leads_total=leads,
                created_at=created,
                ended_at=created + wall,
                tracked_at=0,
                ended_seen_at=created + wall + S,
            )
        )
        found[f"r{number}"] = Course(
            started_at=None if rng.random() < 0.1 else started,
            seen=[
                (at, None if rng.random() < 0.1 else share)
                for at, share in zip(seen, shares, strict=True)
            ],
        )
    return rows, found


def by_hand(
    asked: RunRow, course: Course, rows: list[RunRow], found: dict[str, Course], now: int
) -> list[float] | None:
    """The three numbers by a plain program, written from the definition alone."""
    likes = [r for r in rows if r.version == asked.version and (r.ended_seen_at or 0) <= now]
    likes = sorted(likes, key=lambda r: (r.ended_seen_at or 0, r.run_id))[-100:]
    share, left = course.seen[-1][1], []
    if share is None or share < 0.25 or course.started_at is None:
        sizes = [math.log(max(r.leads_total or 0, 1)) for r in likes]
        walls = [(r.ended_at or 0) - (r.created_at or 0) for r in likes]
        mean_size = sum(sizes) / len(sizes)
        mean_wall = sum(math.log(w) for w in walls) / len(walls)
        up = sum(
            (s - mean_size) * (math.log(w) - mean_wall) for s, w in zip(sizes, walls, strict=True)
        )
        power = (
            math.floor(20 * min(max(up / sum((s - mean_size) ** 2 for s in sizes), 0), 1) + 0.5)
            / 20
        )
        age = now - (asked.created_at or 0)
        for size, wall in zip(sizes, walls, strict=True):
            left.append(wall * (max(asked.leads_total or 0, 1) / math.exp(size)) ** power - age)
    else:
        reached = min(at for at, s in course.seen if s is not None and s >= share)
        for r in likes:
            own, end = found[r.run_id], r.ended_at or 0
            if own.started_at is None or all(s is None for _, s in own.seen):
                continue
            points = [
                (own.started_at, 0.0),
                *((at, s) for at, s in own.seen if s is not None),
                (end, 1.0),
            ]
            after = next(i for i, (_, s) in enumerate(points) if s >= share)
            (t0, s0), (t1, s1) = points[after - 1], points[after]
            at_share = t0 + (t1 - t0) * (share - s0) / (s1 - s0)
            g = (end - at_share) / (at_share - own.started_at)
            left.append(g * (reached - course.started_at) - (now - reached))
    left = sorted(value for value in left if value > 0)
    n = len(left)
    if n < 9:
        return None
    return [left[rank - 1] for rank in ((n + 1) // 10, -(-n // 2), -(-9 * (n + 1) // 10))]


def made_of(
    runs: Runs, run: RunRow, course: Course, found: dict[str, Course], *, now: int
) -> Outlook:
    """The outlook of a run among others."""
    version = run.source, run.slug, run.version
    likes = wall_likes(runs, [version])[version]
    planned = Planned(version=run.version, at=now, leads=run.leads_total)
    return outlook(planned, run.created_at, course, likes, found)


@pytest.mark.parametrize("seed", range(6))
def test_a_plain_program_gives_the_same_numbers(seed: int) -> None:
    """By age and by leads, for any run of a made history."""
    rng = random.Random(seed)
    rows, found = made(rng, 120)
    runs, answers = runs_of(rows, WALL_NEEDS), []
    for _ in range(60):
        now = 100 * rng.randint(60, 140) * S
        started = rng.choice([None, now - 40 * S, now - 40 * S])
        share = rng.choice([None, 0.1, 0.25, rng.uniform(0.25, 1)])
        seen: Seen = [(now - 30 * S, 0.05), (now - rng.randint(1, 20) * S, share)]
        course = Course(started_at=started, seen=seen)
        asked = replace(
            rows[0],
            created_at=now - 50 * S,
            version=rng.choice("12"),
            leads_total=rng.randint(1, 60),
        )
        told = made_of(runs, asked, course, found, now=now).remaining(now)
        expected = by_hand(asked, course, rows, found, now)
        answers.append(expected)
        assert (told is None) == (expected is None)
        if told is not None and expected is not None:
            assert [told.p10, told.p50, told.p90] == pytest.approx(expected, rel=1e-9)
    assert len([one for one in answers if one]) > 20


def test_what_can_be_no_like_is_left_out() -> None:
    """The last likes at an instant and later are those of all outcomes, of which most are not made."""
    rows, _ = made(random.Random(3), 900)
    runs = runs_of(rows, WALL_NEEDS)
    names = {(row.source, row.slug, row.version) for row in rows}
    whole = wall_likes(runs, names)
    known_at = sorted(one.known_at for likes in whole.values() for one in likes.outcomes)
    for at in known_at[::100]:
        some = wall_likes(runs, names, at=at)
        for now in (at, at + 1, known_at[-1]):
            for name in names:
                planned = Planned(version=name[2], at=now)
                assert some[name].last(planned) == whole[name].last(planned)
    assert sum(len(likes.outcomes) for likes in some.values()) < len(known_at) / 2


def test_eight_likes_are_too_few() -> None:
    """Nine likes that took longer give an answer, eight none; another version's count for nothing."""
    rows, found = made(random.Random(1), 9)
    rows = [replace(row, version="1", leads_total=None) for row in rows]
    asked, course = replace(rows[0], created_at=10**10), Course(started_at=None, seen=[(0, None)])
    for n, version, is_told in [(9, "1", True), (8, "1", False), (9, "2", False)]:
        runs = runs_of(rows[:n], WALL_NEEDS)
        told = made_of(runs, replace(asked, version=version), course, found, now=10**10)
        assert (told.remaining(10**10) is not None) == is_told


@pytest.mark.slow
@pytest.mark.parametrize("seed", [7, 21])
def test_remaining_keeps_its_word(tmp_path: Path, seed: int) -> None:
    """On the sandbox four of five outcomes lie within: overall, by age, by quarter of the leads; the manual has such figures."""
    url = str(tmp_path / "month.db")
    import_month(url, tmp_path, runs=2000, seed=seed)
    with closing(Database(f"sqlite:///{url}")) as database, database.reading() as connection:
        runs = read_runs(connection, WALL_NEEDS)
        names = zip(runs.values("source"), runs.values("slug"), runs.values("version"), strict=True)
        likes = wall_likes(runs, {*names})
        rows = [r for r in run_rows(connection) if r.status == "completed" and r.ended_at]
        found = dict(courses(connection, "default", [r.run_id for r in rows], as_of=now_us()))
    middle = median((r.ended_at or 0) - (r.created_at or 0) for r in rows)
    held: dict[tuple[str, float], list[bool]] = {}
    for row in rows:
        for part in (0.1, 0.25, 0.5, 1, 2, 4):
            now = (row.created_at or 0) + int(part * middle)
            course = found[row.run_id]
            seen = [(at, share) for at, share in course.seen if at <= now]
            if now >= (row.ended_at or 0) or not seen:
                continue
            known = Course(started_at=course.started_at, seen=seen)
            planned = Planned(version=row.version, at=now, leads=row.leads_total)
            own = likes["default", row.slug, row.version]
            told = outlook(planned, row.created_at, known, own, found).remaining(now)
            if told is not None:
                is_within = told.holds((row.ended_at or 0) - now)
                quarter = min(math.floor(4 * (seen[-1][1] or 0)), 3)
                for key in (("all", 0.0), ("age", part), ("quarter", float(quarter))):
                    held.setdefault(key, []).append(is_within)
    shares = {key: sum(values) / len(values) for key, values in held.items() if len(values) >= 100}
    assert 0.75 <= shares["all", 0.0] <= 0.85
    assert min(shares.values()) >= 0.70
    assert len(shares) >= 9
    if seed == SEED_OF_README:
        whole = held["all", 0.0]
        of_kinds = ([v for key, v in shares.items() if key[0] == k] for k in ("age", "quarter"))
        ages, quarters = (f"{100 * min(v):.1f} to {100 * max(v):.1f} %" for v in of_kinds)
        said = f"{len(whole):,} times, {100 * shares['all', 0.0]:.1f} % of the intervals held:"
        said += f" {ages} at each age, {quarters} in each quarter of the leads."
        assert said in " ".join(README.split())


@pytest.fixture
def ask(
    store_url: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Asks:
    """Runs a command on the store, and returns what it printed."""
    monkeypatch.setenv("RECORDER_CONFIG", os.devnull)

    def asked(*arguments: str) -> str:
        assert run(cli, [*arguments, "--db", store_url]) == 0
        return capsys.readouterr().out

    return asked


def body(run_id: str, created: int, done: int, *, wall: int | None = None) -> dict[str, Any]:
    """A ledger row of 10 leads; times in seconds since T0."""
    end = {} if wall is None else {"completedAt": iso(T0 + (created + wall) * S)}
    counts = {"completed": done, "skipped": 0, "failed": 0}
    return document(
        run_id,
        "running" if wall is None else "completed",
        enrichment={"slug": "x", "version": 1},
        scope={"resolvedCount": 10, "counts": counts},
        timing={"createdAt": iso(T0 + created * S), "startedAt": iso(T0 + created * S)} | end,
    )


@pytest.fixture
def now(database: Database) -> int:
    """A store of nine runs that took 100 to 180 s, half their leads after 50 s, and of two in flight; the time of it."""
    now = (now_us() - T0) // S
    likes = [f"done{i}" for i in range(9)]
    register(database, [*likes, "early", "half"], at=now - 4000)
    then = now - 3000
    answers = [answer(then + 50, body(key, then, 5), run_id=key) for key in likes]
    for number, key in enumerate(likes):
        end = body(key, then, 10, wall=100 + 10 * number)
        answers.append(answer(then + 200, end, run_id=key))
    answers.append(answer(now - 10, body("half", now - 30, 5), run_id="half"))
    answers.append(answer(now - 1, body("early", now - 20, 1), run_id="early"))
    Recorder(database).record(sorted(answers, key=lambda one: one.observed_at))
    return now


def test_frames_have_what_remains(store_url: str, now: int) -> None:
    """By age before a quarter of the leads, from there on by their pace; a row for each run in flight, no other."""
    with recorder.open(store_url) as whole:
        history = whole.as_of(datetime_of(T0 + now * S))
        frame = history.remaining()
        assert list(frame.columns) == ["source", "run_id", *REMAINING_KINDS]
        assert list(frame.run_id) == ["half", "early"]
        half, early = (row[2:5] for row in frame.itertuples(index=False))
        assert early == (80, 120, 160)
        assert half == pytest.approx((10, 26, 42))
        assert frame.slow.isna().all()
        assert history.remaining("early").equals(frame[1:].reset_index(drop=True))
        assert history.remaining("done1").empty
        assert (history.remaining("done1").dtypes == frame.dtypes).all()
        with pytest.raises(UnknownRunError):
            history.remaining("nobody")
        assert whole.as_of(datetime_of(T0 + (now - 15) * S)).remaining().empty


def test_runs_in_flight_are_listed_with_what_remains(
    ask: Asks, now: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where --status asks for them, in every format; null for a run that has ended. Without, the columns are not there."""
    then = ("--as-of", iso(T0 + now * S))
    rows = json.loads(ask("runs", "--status", "running,completed", "--format", "json", *then))
    left = {row["run_id"]: [row[name] for name in REMAINING_KINDS] for row in rows}
    assert len(left) == 11
    assert left["early"] == [80, 120, 160, None]
    assert left["done1"] == [None] * 4
    for width, said in (("80", " 120s (80s-160s) "), ("120", " about 2 m (1 m 20 s to 2 m 40 s) ")):
        monkeypatch.setenv("COLUMNS", width)
        assert said in ask("runs", "--status", "running", *then)
    header = ask("runs", "--status", "running", "--format", "csv", *then).splitlines()[0]
    assert header.endswith(",".join(["", *REMAINING_KINDS]))
    last = ("--sort=-remaining_seconds_p50", "--limit", "1", "--format", "json", *then)
    (first,) = json.loads(ask("runs", "--status", "running", *last))
    assert first["run_id"] == "early"
    (ended, *_) = json.loads(ask("runs", "--status", "completed", "--format", "json", *then))
    assert not REMAINING_KINDS.keys() & ended.keys()


def test_the_page_of_a_run_says_what_remains(ask: Asks, now: int) -> None:
    """In words, with its interval; nothing of a run that has ended."""
    then = iso(T0 + now * S)
    page = ask("status", "early", "--as-of", then)
    assert "remaining about 2 m (1 m 20 s to 2 m 40 s)" in " ".join(page.split())
    assert "remaining" not in ask("status", "done1", "--as-of", then)
    assert "run" in json.loads(ask("status", "early", "--format", "json"))
