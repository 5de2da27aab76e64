"""An option beats the environment, the environment beats the file, and what is wrong is told in one line."""

import os
from collections.abc import Mapping
from operator import attrgetter
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from recorder.analysis.filters import Filters
from recorder.errors import SettingError
from recorder.instants import DAY, HOUR, MINUTE, SECOND
from recorder.settings import Settings, load_settings, names
from recorder.urls import hide_secrets

DEFAULTS = "# nothing\n"


@pytest.fixture
def config(tmp_path: Path) -> Path:
    return tmp_path / "recorder.toml"


def load(
    config: Path,
    text: str = DEFAULTS,
    *,
    environ: Mapping[str, str] | None = None,
    **options: str,
) -> Settings:
    config.write_text(text, encoding="utf-8")
    return load_settings({**options, "config": str(config)}, environ=environ or {})


def refused(
    config: Path,
    text: str = DEFAULTS,
    *,
    environ: Mapping[str, str] | None = None,
    **options: str,
) -> str:
    with pytest.raises(SettingError) as caught:
        load(config, text, environ=environ, **options)
    message = str(caught.value)
    assert "\n" not in message
    assert caught.value.exit_code == 2
    return message


def test_the_defaults_are_those_of_the_contract(config: Path) -> None:
    """With nothing set, every setting has its published default."""
    settings = load(config)
    assert settings.base_url == "https://app.puffle.ai"
    assert (settings.source, settings.rate, settings.cadence.every_us) == (None, 80, 3 * SECOND)
    assert settings.cadence.settle_us == (5 * SECOND, MINUTE, 15 * MINUTE, HOUR, DAY)
    assert (settings.cadence.overdue_after_us, settings.cadence.abandon_us) == (
        10 * MINUTE,
        7 * DAY,
    )
    default = settings.source_settings("default")
    assert (default.api_key_env, default.api_key_file) == ("PUFFLE_API_KEY", None)
    assert (default.base_url, default.rate) == (settings.base_url, 80)


def test_the_defaults_as_people_read_them_are_those_that_hold() -> None:
    """Given as options, the documented texts change nothing."""
    documented = load_settings(dict(names.DEFAULTS), environ={"RECORDER_CONFIG": os.devnull})
    assert documented == load_settings({}, environ={"RECORDER_CONFIG": os.devnull})


def test_the_default_store_is_a_file_in_the_data_folder(
    config: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without a setting the store is `recorder.db` in the user's data folder."""
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    url = load(config).database_url
    assert url.startswith("sqlite:////")
    assert url.endswith("/puffle-recorder/recorder.db")


def test_the_default_config_file_is_optional(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The file in the user's config folder is read if it is there, and not missed if it is not."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    assert load_settings({}, environ={}).config_file is None
    (tmp_path / "puffle-recorder").mkdir()
    (tmp_path / "puffle-recorder" / "config.toml").write_text("rate = 7\n")
    assert load_settings({}, environ={}).rate == 7


@pytest.mark.parametrize(
    ("key", "variable", "read", "cases"),
    [
        ("rate", "RECORDER_RATE", "rate", {"1": 1, "2": 2, "3": 3}),
        (
            "every",
            "RECORDER_EVERY",
            "cadence.every_us",
            {"1s": SECOND, "200ms": 200_000, "1.5s": 1_500_000},
        ),
        (
            "settle",
            "RECORDER_SETTLE",
            "cadence.settle_us",
            {"1s": (SECOND,), "1s, 2s": (SECOND, 2 * SECOND), "1m": (MINUTE,)},
        ),
        (
            "overdue_after",
            "RECORDER_OVERDUE",
            "cadence.overdue_after_us",
            {"1m": MINUTE, "2m": 2 * MINUTE, "3m": 3 * MINUTE},
        ),
        (
            "abandon",
            "RECORDER_ABANDON",
            "cadence.abandon_us",
            {"1d": DAY, "2d": 2 * DAY, "1w": 7 * DAY},
        ),
        ("source", "RECORDER_SOURCE", "source", {"a": "a", "b": "b", "c d": "c d"}),
        (
            "base_url",
            "RECORDER_BASE_URL",
            "base_url",
            {
                "https://a.example/": "https://a.example",
                "http://127.0.0.1:8080": "http://127.0.0.1:8080",
                "https://C.example/x/": "https://c.example/x",
            },
        ),
        (
            "database_url",
            "RECORDER_DATABASE_URL",
            "database_url",
            {
                "/a/b.db": "sqlite:////a/b.db",
                "postgres://u@h/d": "postgresql+psycopg://u@h/d",
                "sqlite:////c.db": "sqlite:////c.db",
            },
        ),
    ],
)
def test_option_beats_environment_beats_file(
    config: Path, key: str, variable: str, read: str, cases: Mapping[str, object]
) -> None:
    """Each setting comes from the option, else from the environment, else from the file."""
    get = attrgetter(read)
    by_option, by_variable, by_file = cases
    text = f'{key} = "{by_file}"\n'
    environ = {variable: by_variable}
    all_three = load(config, text, environ=environ, **{key: by_option})
    assert get(all_three) == cases[by_option]
    assert get(load(config, text, environ=environ)) == cases[by_variable]
    assert get(load(config, text)) == cases[by_file]
    assert get(load(config, text, environ={variable: "  "})) == cases[by_file]


def test_a_file_named_by_the_environment_is_read(config: Path) -> None:
    """RECORDER_CONFIG names the file, and the settings tell which one was read."""
    config.write_text("rate = 9\n")
    settings = load_settings({}, environ={"RECORDER_CONFIG": str(config)})
    assert (settings.rate, settings.config_file) == (9, config)


def test_sources_take_what_they_do_not_say_from_the_common_settings(config: Path) -> None:
    """A source's table wins over the file's common settings and the environment, and loses to an option."""
    text = """
        rate = 60
        [sources.sales]
        api_key_env = "SALES_KEY"
        [sources.lab]
        base_url = "http://localhost:8000/"
        api_key_file = "keys/lab"
        rate = 10
    """
    settings = load(config, text)
    sales, lab = settings.source_settings("sales"), settings.source_settings("lab")
    assert (sales.api_key_env, sales.api_key_file) == ("SALES_KEY", None)
    assert (sales.rate, sales.base_url) == (60, "https://app.puffle.ai")
    assert (lab.api_key_env, lab.api_key_file) == (None, config.parent / "keys" / "lab")
    assert (lab.rate, lab.base_url) == (10, "http://localhost:8000")
    assert load(config, text, rate="5").source_settings("lab").rate == 5
    environ = {"RECORDER_RATE": "6", "RECORDER_BASE_URL": "https://env.example"}
    by_environment = load(config, text, environ=environ)
    sales, lab = by_environment.source_settings("sales"), by_environment.source_settings("lab")
    assert (sales.rate, sales.base_url) == (6, "https://env.example")
    assert (lab.rate, lab.base_url) == (10, "http://localhost:8000")
    assert load(config, text, base_url="https://o.example").source_settings("lab").base_url == (
        "https://o.example"
    )


def test_what_editors_and_environment_files_leave_around_a_value_is_none_of_it(
    config: Path,
) -> None:
    """A byte order mark and CRLF in the file, quotes and a CR round a variable's value."""
    config.write_bytes(b'\xef\xbb\xbfrate = 9\r\nevery = "4s"\r\n')
    settings = load_settings({"config": str(config)}, environ={})
    assert (settings.rate, settings.cadence.every_us) == (9, 4 * SECOND)
    for written in ("growth", "growth\r", '"growth"', "'growth'\r", ' "growth" \n'):
        assert load(config, environ={"RECORDER_SOURCE": written}).source == "growth"
    for unset in ("", "\r", '""', "''\r"):
        assert load(config, environ={"RECORDER_SOURCE": unset}).source is None


@pytest.mark.parametrize(
    "url", ["https://a..b", "https://h:0", "https://1.2.3", "https://u@h", "https://h/?"]
)
def test_a_base_url_that_no_request_can_be_made_with_is_refused_at_once(
    config: Path, url: str
) -> None:
    """What the client would refuse, the settings do, wherever it stands."""
    assert refused(config, base_url=url).startswith(f"--base-url={url}: ")
    assert refused(config, environ={"RECORDER_BASE_URL": url}).startswith(
        f"RECORDER_BASE_URL={url}"
    )
    table = f'[sources.a]\nbase_url = "{url}"\n'
    assert refused(config, table).startswith(f'sources.a.base_url = "{url}" in {config}: ')


def test_a_name_is_text_that_a_store_keeps(config: Path) -> None:
    """Bytes on the command line that are no UTF-8 make no source."""
    assert "not UTF-8" in refused(config, source=b"a\xff".decode("utf-8", "surrogateescape"))


def test_cost_paths_are_for_both_sides_or_for_each(config: Path) -> None:
    """`path` serves both sides, `preview` and `actual` one each."""
    both = load(config, '[cost]\nunit = "credits"\npath = "estimate.total"\n').cost
    assert (both.unit, both.preview_path) == ("credits", "estimate.total")
    assert both.actual_path == "estimate.total"
    each = load(config, '[cost]\npath = "a"\nactual = "total"\n').cost
    assert (each.unit, each.preview_path, each.actual_path) == (None, "a", "total")


@pytest.mark.parametrize(
    ("text", "tells"),
    [
        ('every = "abc"', 'every = "abc" in {file}: not a duration: write 3s'),
        ("every = 3", "every = 3 in {file}: not a duration: write it in quotes with its unit"),
        ('every = "0s"', 'every = "0s" in {file}: not above 0'),
        ('abandon = "99999999d"', "not above 0 and up to 3650d"),
        ('settle = "1m,5s"', 'settle = "1m,5s" in {file}: does not ascend'),
        ("settle = []", "settle = [] in {file}: not a list of durations"),
        ('settle = ["5s", 60]', "not a list of durations"),
        ("rate = true", "rate = true in {file}: not a number of requests"),
        ("rate = 0", "write one from 1 to 999999"),
        ('[sources.a]\nitems = "yes"', "write true or false, without quotes"),
        ('source = " a"', "no blanks around"),
        ('base_url = "http://app.puffle.ai"', "plain http goes to this machine only"),
        ('base_url = "https://u:hidden@h"', "https://u:***@h"),
        ('colour = "red"', "colour in {file}: no setting: there are database_url, base_url"),
        ('api_key = "hidden"', "api_key in {file}: a key never stands in a setting"),
        ('[sources.a]\napi_key = "hidden"', "sources.a.api_key in {file}: a key never stands"),
        ('[sources.a]\napi_key_env = "pk_live_hidden"', "sources.a.api_key_env in {file}: looks"),
        ('[sources.a]\napi_key_env = "hidden key"', "not a variable's name"),
        ('[sources.a]\napi_key_file = "pk_live_hidden"', "looks like a key"),
        ('[sources.a]\napi_key_env = "A"\napi_key_file = "b"', "give one of them"),
        ("[sources.a]\nspeed = 1", "sources.a.speed in {file}: no setting"),
        ('[sources]\na = "hidden"', "sources.a in {file}: not a table: write [sources.a]"),
        ('[sources."a\\nb"]\nrate = 1', "sources.a\\nb = "),
        ('[cost]\npath = "a..b"', 'cost.path = "a..b" in {file}: not a path'),
        ('[cost]\nmode = "x"', "cost.mode in {file}: no setting: there are unit, path"),
        ('database_url = "mysql://u:hidden@h/d"', "mysql://***"),
        ("rate = ", "{file}: no TOML:"),
        ("[source.growth]", "source in {file}: a table: write [sources.NAME]"),
    ],
)
def test_what_is_wrong_in_the_file_is_told_with_its_place(
    config: Path, text: str, tells: str
) -> None:
    """The error names the key, the value, the file, and what to write; a secret is never shown."""
    message = refused(config, text)
    assert tells.format(file=config) in message
    assert "hidden" not in message


@pytest.mark.parametrize(
    ("variable", "text", "tells"),
    [
        ("RECORDER_EVERY", "abc", "RECORDER_EVERY=abc: not a duration: write 3s, 10m, 24h or 7d"),
        ("RECORDER_EVERY", "9" * 400 + "d", "not a duration"),
        ("RECORDER_EVERY", "\x1b[31m", "RECORDER_EVERY=\\x1b[31m: not a duration"),
        ("RECORDER_RATE", "1e3", "RECORDER_RATE=1e3: not a number of requests in 60 s"),
        ("RECORDER_DATABASE_URL", "sqlite://", "names no file to keep the history in"),
        (
            "RECORDER_DATABASE_URL",
            "sqlite:////p/q.db?mode=ro",
            "mode=ro: a SQLite store takes no ? and parameters: write",
        ),
        (
            "RECORDER_DATABASE_URL",
            "sqlite:///file:/q.db?mode=ro&uri=true",
            "takes no ? and parameters",
        ),
        (
            "RECORDER_DATABASE_URL",
            "sqlite:///file:/q.db",
            "file: spelling is not read: write a path",
        ),
        ("RECORDER_DATABASE_URL", "file:/q.db?mode=ro", "file: spelling is not read"),
        ("RECORDER_DATABASE_URL", "postgresql://u:hidden", "postgresql://***/: not a Postgres"),
        ("RECORDER_DATABASE_URL", "postgresql://u:hid@den/x@h/d", "postgresql://***/: not"),
        ("RECORDER_DATABASE_URL", "host=h password=hidden", "=***: not SQLite and not"),
        (
            "RECORDER_DATABASE_URL",
            "postgresql+asyncpg://u@h/d",
            "://***/: not SQLite and not Postgres: write a path, or sqlite:////absolute/path.db, or write postgresql://",
        ),
        ("RECORDER_DATABASE_URL", "some/folder/", "names no file"),
        ("RECORDER_BASE_URL", "app.puffle.ai", "write https://app.puffle.ai"),
        ("RECORDER_BASE_URL", "https://h:x", "not a base URL"),
    ],
)
def test_what_is_wrong_in_the_environment_is_told_with_its_name(
    config: Path, variable: str, text: str, tells: str
) -> None:
    """The error names the variable and shows its value without password and control characters."""
    message = refused(config, environ={variable: text})
    assert message.startswith(f"{variable}=")
    assert tells in message
    assert "hidden" not in message
    assert "den/x" not in message
    assert tells in hide_secrets(message)  # as it is printed


def test_what_is_wrong_in_an_option_is_told_with_its_name(config: Path) -> None:
    """An option is named as it is typed; an empty one is wrong, not unset."""
    assert refused(config, every="abc").startswith("--every=abc: ")
    assert refused(config, overdue_after="1").startswith("--overdue-after=1: ")
    assert refused(config, database_url="").startswith("--db=: empty")


def test_a_named_file_must_be_there(tmp_path: Path) -> None:
    """A config file that was asked for and is missing or unreadable is an error."""
    absent = tmp_path / "absent.toml"
    with pytest.raises(SettingError, match=r"--config=.*absent.toml: there is no such file"):
        load_settings({"config": str(absent)}, environ={})
    with pytest.raises(SettingError, match=r"RECORDER_CONFIG=.*: cannot be read"):
        load_settings({}, environ={"RECORDER_CONFIG": str(tmp_path)})
    binary = tmp_path / "binary.toml"
    binary.write_bytes(b"\xff\xfe")
    with pytest.raises(SettingError, match="no TOML: not UTF-8"):
        load_settings({"config": str(binary)}, environ={})


def test_an_unknown_option_is_a_mistake_of_the_caller() -> None:
    """A misspelt name in `options` is not taken for unset."""
    with pytest.raises(TypeError, match="overdue"):
        load_settings({"overdue": "1m"}, environ={})


def test_the_password_is_not_in_the_repr(config: Path) -> None:
    """Settings may be logged."""
    settings = load(config, database_url="postgresql://u:hidden@h/d")
    assert settings.database_url == "postgresql+psycopg://u:hidden@h/d"
    assert "hidden" not in repr(settings)


def test_a_relative_store_is_relative_to_where_it_was_written(
    config: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In the file a path is relative to the file, on the command line to the working folder."""
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    assert load(config, 'database_url = "x.db"').database_url == f"sqlite:///{tmp_path}/x.db"
    by_option = load(config, database_url="sqlite:///x.db").database_url
    assert by_option == f"sqlite:///{tmp_path}/elsewhere/x.db"


BUDGETS = """
[budget.growth]
unit = "credits"
amount = 5000.25
per = "month"

["budget"."the sales' week"]
unit = "USD"
amount = 12
per = "week"
tz = "Europe/Berlin"
source = "sales"
slug = "work_email"
label = "team = sales=west"
"""


def test_budgets_are_those_of_the_file(config: Path) -> None:
    """Exact amounts, in the order of the file; neither an option nor a variable is a filter of one."""
    environ = {"RECORDER_SOURCE": "growth"}
    growth, sales = load(config, BUDGETS, environ=environ, source="x").budgets
    assert (growth.name, growth.unit, growth.micros) == ("growth", "credits", 5_000_250_000)
    assert (growth.per, growth.tz, growth.filters) == ("month", None, Filters())
    assert (sales.name, sales.micros, sales.per) == ("the sales' week", 12_000_000, "week")
    assert sales.tz == ZoneInfo("Europe/Berlin")
    assert sales.filters == Filters(
        source="sales", slug=("work_email",), labels=(("team", " sales=west"),)
    )
    assert load(config).budgets == ()


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ('amount = "5000"', "not an amount above 0: write a number such as 5000"),
        ("amount = 0", "not an amount above 0"),
        ("amount = -1", "not an amount above 0"),
        ("amount = true", "not an amount above 0"),
        ("amount = nan", "not an amount above 0"),
        ("amount = inf", "not an amount above 0"),
        ("amount = 0.0000001", "not an amount above 0"),
        ("amount = 99999999999999999999", "not an amount above 0"),
        ('per = "year"', "not a period: write one of day, week, month"),
        ("per = 7", "not a period"),
        ("per = [1]", "not a period"),
        ("unit = 3", "not a text"),
        ('unit = ""', "empty"),
        ('tz = "Mars/Olympus"', "not a time zone: write UTC or Europe/Berlin"),
        ('label = "team"', "not a label: write key=value"),
        ('label = "=growth"', "a label without a key"),
        ('slug = ["a"]', "not a text"),
        ("source = 1", "not a text"),
        ('colour = "red"', "no setting: there are unit, amount, per, tz, source, slug, label"),
    ],
)
def test_a_wrong_budget_is_told_in_one_line(config: Path, line: str, told: str) -> None:
    """The line names the key and the file, shows the value, and says what to write."""
    key = line.split(" ", maxsplit=1)[0]
    good = {"unit": '"credits"', "amount": "5", "per": '"day"'}
    rest = "\n".join(f"{name} = {value}" for name, value in good.items() if name != key)
    message = refused(config, f"[budget.growth]\n{line}\n{rest}\n")
    assert message.startswith(f"budget.growth.{key}")
    assert str(config) in message
    assert told in message


@pytest.mark.parametrize("key", ["unit", "amount", "per"])
def test_a_budget_says_how_much_of_what(config: Path, key: str) -> None:
    """Without unit, amount or period there is none."""
    good = {"unit": '"credits"', "amount": "5", "per": '"day"'}
    rest = "\n".join(f"{name} = {value}" for name, value in good.items() if name != key)
    assert f"budget.growth.{key}" in refused(config, f"[budget.growth]\n{rest}\n")
    assert "[budget]" in refused(config, "budget = 3\n")


def test_a_source_may_have_its_items_captured(config: Path) -> None:
    """`items = true` is of one source; the others have none captured unless they are asked for."""
    settings = load(config, "[sources.a]\nitems = true\n[sources.b]\nitems = false\n")
    assert [settings.source_settings(name).items for name in "abc"] == [True, False, False]
