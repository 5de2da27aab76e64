"""The page with pictures: the same for the same store, whole in itself, and what was served is shown, never run."""

import html
import json
import re
import subprocess
import sys
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from months import import_month
from postgres import PostgresServer
from stores import T0, answer, document, register

from recorder.cli.cell_texts import BLOCKS
from recorder.cli.main import cli, run
from recorder.instants import DAY
from recorder.sandbox import answers
from recorder.store.engine import Database
from recorder.store.write.record import Recorder

MARKUP = "<script>alert('$x$')</script><b>&amp;"
Report = Callable[..., str]
EACH_STORE = ["sqlite", pytest.param("postgres", marks=pytest.mark.slow)]
"""Most of the time goes into pictures, and a slow test holds that both stores give the same page."""


@pytest.fixture
def page(store_url: str, tmp_path: Path) -> Report:
    """Writes the page of the store, with further arguments of the command, and returns it."""

    def written(*arguments: str) -> str:
        out = tmp_path / "page.html"
        assert run(cli, ["report", "--db", store_url, "--out", str(out), *arguments]) == 0
        return out.read_text(encoding="utf-8")

    return written


class Elements(HTMLParser):
    """The elements of a page: their names, and whatever leads out of it."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.names: list[str] = []
        self.leads: list[str] = []
        self.ids: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.names.append(tag)
        for name, value in attrs:
            if name == "id":
                self.ids.append(value or "")
            if name in ("src", "href", "xlink:href", "srcset", "action"):
                self.leads.append(value or "")


@pytest.mark.slow
def test_a_month_has_all_its_sections(store_url: str, page: Report, tmp_path: Path) -> None:
    """The page of a month has the sections with their pictures, loads nothing, runs nothing, and is the same again."""
    import_month(store_url, tmp_path, runs=400)
    text = page()
    found = Elements(text)
    assert found.names.count("h2") == 9
    assert found.names.count("svg") == 8  # each picture for a wide and a narrow screen
    assert found.names.count("table") >= 6
    assert not {"script", "img", "link", "iframe", "object"} & set(found.names)
    assert all(lead.startswith("#") for lead in found.leads)
    assert "url(http" not in text
    assert "@import" not in text
    assert len(found.ids) == len(set(found.ids))
    assert page() == text


@pytest.mark.slow
def test_the_page_says_what_the_tables_say(
    store_url: str, page: Report, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Each cell of a table by slug stands in the table of its command, to the letter, and no amount has a third decimal."""
    import_month(store_url, tmp_path, runs=400)
    text = page("--since", "40d")
    for name in ("spend", "failures", "durations", "costs"):
        (table,) = re.findall(
            rf"<caption>{name.title()} by slug</caption>.*?</table>", text, re.DOTALL
        )
        cells = set(re.findall("<bdi>(.*?)</bdi>", table.partition("<tbody>")[2]))
        capsys.readouterr()
        options = ["--by", "slug", "--since", "40d", "--wide", "--format", "markdown"]
        assert run(cli, [name, "--db", store_url, *options]) == 0
        texts = re.split(r"[|\n]", capsys.readouterr().out)
        assert cells <= {one.rstrip(BLOCKS + " ").strip() for one in texts}
        assert not [cell for cell in cells if re.search(r"\d,\d{3}\.\d{3}", cell)]


@pytest.mark.parametrize("dialect", EACH_STORE)
def test_a_trigger_run_id_leads_where_the_settings_say(
    database: Database, page: Report, tmp_path: Path
) -> None:
    """With `[links]` the triggerRunId of an overdue run is a link, percent-encoded; without, it is a text."""
    register(database)
    overdue = document(
        trigger={"triggerRunId": "run/1"}, timing={"createdAt": "2025-11-20T08:00:00Z"}
    )
    Recorder(database).record([answer(0, overdue)])
    config = tmp_path / "config.toml"
    config.write_text('[links]\ntrigger = "https://trigger.example.org/{trigger_run_id}"\n')
    assert '<a href="https://trigger.example.org/run%2F1">run/1</a>' in page(
        "--config", str(config)
    )
    assert "<bdi>run/1</bdi>" in page()


@pytest.mark.slow
def test_both_stores_give_the_same_page(postgres_server: PostgresServer, tmp_path: Path) -> None:
    """The same answers give the same bytes, from SQLite as from Postgres."""
    lines = answers(runs=150, seed=3, start_at=T0, spread_us=20 * DAY)
    history = tmp_path / "history.ndjson"
    history.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    pages = []
    for url in (f"sqlite:///{tmp_path / 'store.db'}", postgres_server.create_database()):
        out = str(tmp_path / "page.html")
        if url.startswith("postgresql"):
            assert run(cli, ["db", "upgrade", "--db", url]) == 0
        assert run(cli, ["import", "--db", url, str(history)]) == 0
        assert run(cli, ["report", "--db", url, "--out", out, "--tz", "Asia/Kolkata"]) == 0
        pages.append(Path(out).read_bytes())
    assert pages[0] == pages[1]


@pytest.mark.slow
def test_markup_in_served_text_is_shown(database: Database, page: Report) -> None:
    """A slug and a trigger id of markup and dollars stand on the page as text, in tables and in pictures."""
    register(database, ["er_1", "er_2"])
    enrichment, trigger = {"slug": MARKUP, "version": 1}, {"triggerRunId": MARKUP}
    timing = {"createdAt": "2025-11-20T08:00:00Z", "startedAt": "2025-11-20T08:00:05Z"}
    ended = timing | {"completedAt": "2025-11-20T08:01:00Z"}
    cost = {"preview": {"amount": 5, "unit": MARKUP}, "actual": {"amount": 4, "unit": MARKUP}}
    rest: dict[str, Any] = {"enrichment": enrichment, "trigger": trigger, "cost": cost}
    Recorder(database).record(
        [
            answer(0, document("er_1", "completed", timing=ended, **rest)),
            answer(90_000, document("er_1", "completed", timing=ended, **rest)),
            answer(0, document("er_2", timing=timing, **rest), run_id="er_2"),
        ]
    )
    text = page()
    assert "<script" not in text
    assert text.count("&lt;script&gt;alert(") > 5
    assert "b" not in Elements(text).names[: Elements(text).names.index("figure")]


@pytest.mark.parametrize("dialect", EACH_STORE)
def test_a_change_is_named(database: Database, page: Report) -> None:
    """Where more runs fail than in as long a time before, the story says so, with the earlier rate."""
    ids = [f"er_{number}" for number in range(40)]
    register(database, ids)
    made = [
        document(
            run_id,
            "failed" if number % 2 else "completed",
            timing={"createdAt": f"2025-11-{10 + 5 * (number % 2)}T08:00:00Z"},
        )
        for number, run_id in enumerate(ids)
    ]
    Recorder(database).record(
        [answer(0, one, run_id=run_id) for run_id, one in zip(ids, made, strict=True)]
    )
    text = page("--since", "2025-11-14")
    assert "did fail" in text
    assert "more often than in the period before (0 %)" in text


def test_a_store_without_runs_has_a_page(page: Report) -> None:
    """Without runs, the page says that there are none, and has no pictures."""
    text = page()
    assert "0 runs" in text
    assert "<svg" not in text
    assert "<tr></tr>" not in text


def test_a_page_begins_before_it_ends(
    database: Database, store_url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A --since after the last poll is refused with the time of that, and no page is written."""
    register(database, ["er_1"])
    Recorder(database).record([answer(0, document(status="completed"))])
    out = tmp_path / "page.html"
    assert run(cli, ["report", "--db", store_url, "--since", "1d", "--out", str(out)]) == 2
    assert (
        "write a time before the page ends: the last poll, 2025-11-20T" in capsys.readouterr().err
    )
    assert not out.exists()


@pytest.mark.parametrize("dialect", EACH_STORE)
def test_a_unit_that_all_share_stands_once(database: Database, page: Report) -> None:
    """Where all runs cost credits, the captions say so, and no column does."""
    register(database)
    cost = {side: {"credits": 7} for side in ("preview", "actual")}
    Recorder(database).record([answer(0, document(status="completed", cost=cost))])
    text = page()
    assert "<caption>Spend by slug, in credits</caption>" in text
    assert "<bdi>unit</bdi>" not in text


@pytest.mark.parametrize("dialect", EACH_STORE)
def test_what_is_missing_is_named(store_url: str, tmp_path: Path) -> None:
    """Without jinja2 the command ends with 2 and the line that installs it, and writes nothing."""
    out = tmp_path / "page.html"
    code = (
        "import sys; sys.modules['jinja2'] = None; from recorder.cli.main import main; "
        f"sys.argv = ['recorder', 'report', '--db', {store_url!r}, '--out', {str(out)!r}]; "
        "sys.exit(main())"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert done.stderr == "recorder: report needs jinja2: pip install 'puffle-recorder[report]'\n"
    assert not out.exists()


CHECK = """
<script src="AXE"></script><script>
window.onload = () => axe.run().then((found) => {
  const root = document.documentElement;
  const wide = [...document.querySelectorAll("body *")].filter((one) => !one.closest(".table, .skip")
    && one.getBoundingClientRect().right > innerWidth + 1).map((one) => one.outerHTML.slice(0, 80));
  const faults = found.violations.map((one) => [one.id, one.nodes.map((node) => node.html.slice(0, 90))]);
  top.postMessage({
    faults, passes: found.passes.map((one) => one.id), width: innerWidth, wide,
    overflow: root.scrollWidth - root.clientWidth,
    dark: matchMedia("(prefers-color-scheme: dark)").matches,
  }, "*");
});
window.onmessage = (message) => { document.title = JSON.stringify(message.data); };
</script>
"""
FRAME = """<!doctype html><html lang="en"><head><meta name="color-scheme" content="light dark"><title></title></head>
<body><iframe src="PAGE" width="360" height="900" style="border: 0"></iframe>
<script>window.onmessage = (message) => { document.title = JSON.stringify(message.data); };</script></body></html>
"""
AXE = Path(__file__).parent.parent / ".venv" / "node_modules" / "axe-core" / "axe.min.js"


def examined(page: Path, *, dark: bool) -> dict[str, Any]:
    """What a browser says of a page that reports to its top window."""
    done = subprocess.run(
        ["chromium", "--headless", "--no-sandbox", "--disable-gpu", "--enable-logging=stderr", "--window-size=1200,900",
         f"--blink-settings=preferredColorScheme={0 if dark else 1}", "--virtual-time-budget=20000",
         "--dump-dom", page.as_uri()],
        capture_output=True, text=True, check=True, timeout=120,
    )  # fmt: skip
    assert "CONSOLE" not in done.stderr
    title = re.search(r"<title>(.*?)</title>", done.stdout, re.DOTALL)
    assert title is not None
    found: dict[str, Any] = json.loads(html.unescape(title[1]))
    return found


@pytest.mark.external
@pytest.mark.slow
@pytest.mark.parametrize("dialect", ["sqlite"])
@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("width", [360, 1200])
def test_a_browser_shows_it_well(
    store_url: str, page: Report, tmp_path: Path, width: int, *, dark: bool
) -> None:
    """Chromium shows the page without a message on its console and without overflow; axe-core finds no fault in it."""
    import_month(store_url, tmp_path, runs=200)
    checked, frame = tmp_path / "checked.html", tmp_path / "frame.html"
    checked.write_text(page() + CHECK.replace("AXE", AXE.as_uri()), encoding="utf-8")
    frame.write_text(FRAME.replace("PAGE", checked.as_uri()), encoding="utf-8")
    found = examined(checked if width > 500 else frame, dark=dark)  # no window is narrower than 500
    assert found["faults"] == []
    assert set(found["passes"]) >= {"color-contrast", "landmark-one-main", "svg-img-alt"}
    assert (found["width"], found["dark"]) == (width, dark)
    assert (found["overflow"], found["wide"]) == (0, [])
