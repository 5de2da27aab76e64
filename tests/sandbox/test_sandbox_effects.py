"""What disturbs a history of the sandbox: prices by version, drift, an outage, actuals late or never, units."""

import hashlib
import json
from typing import Any

import pytest
from click.testing import CliRunner

from recorder.cli.main import cli
from recorder.cli.main import run as run_cli
from recorder.cli.sandbox import sandbox as command
from recorder.instants import DAY, HOUR
from recorder.sandbox import Effects, Ending, SimulatedPopulation, SimulatedRun, answers, document
from recorder.sandbox.definitions import SLUGS, definition, latest_version

START = 1_780_000_000_000_000
DEFAULT_DIGEST = "6df3a2ca4b7a2e4bc0e7386282f4d3a5a8658805f5e836628307a3a3d0433f3a"


def made(runs: int = 300, **effects: Any) -> tuple[SimulatedRun, ...]:
    generated = SimulatedPopulation.generate(
        runs=runs, seed=5, start_at=START, spread_us=30 * DAY, effects=Effects(**effects)
    )
    return generated.runs


def beside(**effects: Any) -> list[tuple[SimulatedRun, SimulatedRun]]:
    """Return each run without the effects and with them."""
    pairs = list(zip(made(), made(**effects), strict=True))
    assert all(plain.run_id == run.run_id for plain, run in pairs)
    return pairs


def wall(run: SimulatedRun) -> int:
    assert run.ended_at is not None
    return run.ended_at - run.created_at


def test_the_default_history_stays_as_it_was() -> None:
    """Without effects each line is, byte for byte, the one from before there were any."""
    digest = hashlib.sha256()
    for line in answers(runs=200, seed=5, start_at=START):
        digest.update(json.dumps(line, separators=(",", ":")).encode() + b"\n")
    assert digest.hexdigest() == DEFAULT_DIGEST


def test_each_version_has_its_price() -> None:
    """A version costs so many times the one before, in preview, actual and contract; all else stays."""
    for plain, run in beside(version_price=2.0):
        factor = 2 ** (run.definition.version - 1)
        assert run.definition.credits == factor * plain.definition.credits
        assert (run.steps, run.actual_at, run.ending) == (
            plain.steps,
            plain.actual_at,
            plain.ending,
        )
        said = document(run, START + 60 * DAY)["run"]
        model = said["enrichment"]["snapshot"]["costModel"]
        assert model["creditsPerLead"] == run.definition.credits
        if run.definition.cost_shape == "credits":
            assert said["cost"]["preview"]["credits"] == run.leads * run.definition.credits


def test_a_price_is_never_below_one_credit() -> None:
    """However cheap later versions become, a lead costs a credit at least."""
    assert {run.definition.credits for run in made(version_price=0.01)} >= {1}
    assert min(run.definition.credits for run in made(version_price=0.01)) == 1


def test_drift_grows_to_its_factor() -> None:
    """Run times and charges drift from what they were to so many times that, in the end."""
    factors = []
    for plain, run in beside(drift=3.0):
        factors.append(run.charge / plain.charge)
        if run.ended_at is not None:
            assert wall(run) == pytest.approx(wall(plain) * factors[-1], abs=5000)
    assert factors == sorted(factors)
    assert factors[0] == pytest.approx(1.0, abs=0.02)
    assert factors[-1] == pytest.approx(3.0, abs=0.05)


def test_an_outage_lasts_a_week() -> None:
    """Runs of that week take four times as long and a third of them fails; all others are as ever."""
    outage_at = START + 10 * DAY
    hit = []
    for plain, run in beside(outage_at=outage_at):
        if not outage_at <= plain.created_at < outage_at + 7 * DAY:
            assert run == plain
            continue
        hit.append(run)
        if run.ending is plain.ending is Ending.COMPLETED:
            assert wall(run) == pytest.approx(4 * wall(plain), abs=5000)
    failed = sum(run.ending is Ending.FAILED for run in hit)
    assert len(hit) > 40
    assert 0.25 < failed / len(hit) < 0.6


def test_actuals_come_late_or_never() -> None:
    """The shares that are asked come an hour to three days later, or not at all."""
    pairs = [
        (plain.actual_at, run.actual_at)
        for plain, run in beside(late_actuals=0.2, no_actuals=0.1)
        if plain.actual_at is not None
    ]
    never = sum(actual_at is None for _, actual_at in pairs)
    delays = [late - plain for plain, late in pairs if late is not None and late != plain]
    assert never / len(pairs) == pytest.approx(0.1, abs=0.04)
    assert len(delays) / len(pairs) == pytest.approx(0.18, abs=0.05)
    assert all(HOUR <= delay <= 3 * DAY for delay in delays)


def test_no_actual_at_all() -> None:
    """With a share of 1 no run has an actual cost, whenever one looks."""
    lines = answers(runs=40, seed=5, start_at=START, error_rate=0, effects=Effects(no_actuals=1.0))
    assert {json.dumps(line["body"]["run"]["cost"]["actual"]) for line in lines} == {"null"}


def test_units_are_one_for_each_version() -> None:
    """Every unit occurs; all runs of a slug and version have the same."""
    units: dict[tuple[str, int], set[str]] = {}
    for run in made(units=("EUR", "GBP", "tokens")):
        preview = document(run, run.created_at)["run"]["cost"]["preview"]
        used = run.definition
        units.setdefault((used.slug, used.version), set()).add(preview["currency"])
    assert {len(found) for found in units.values()} == {1}
    assert set.union(*units.values()) == {"EUR", "GBP", "tokens"}


def test_undocumented_kinds_are_served_from_their_instant_on() -> None:
    """A field, a status word and another type appear when they are to, each alone; all else stays."""
    at = START + 10 * DAY
    for plain, run in beside(undocumented=(("field", at), ("word", at + 1), ("type", at + 2))):
        for moment in (at - 1, at, at + 2, run.created_at):
            before, after = (document(one, moment)["run"] for one in (plain, run))
            if moment >= at:
                assert after.pop("region") == "eu-west-1"
            if moment > at and before["status"] == "pending":
                assert after["status"] == "queued"
                before["status"] = "queued"
            if moment > at + 1:
                assert after["enrichment"].pop("version") == str(
                    before["enrichment"].pop("version")
                )
            assert after == before


def test_half_of_the_failures_have_the_new_message() -> None:
    """From its instant on; no other run differs."""
    at = START + 10 * DAY
    pairs = [(plain, run) for plain, run in beside(new_error_at=at) if plain.error]
    differ = [(plain, run) for plain, run in pairs if run != plain]
    assert all(run.created_at >= at for _, run in differ)
    assert {run.error[0].startswith("Model gateway") for _, run in differ if run.error} == {True}
    assert 0.2 < len(differ) / len(pairs) < 0.5


def test_effects_leave_a_definition_alone_when_off() -> None:
    """Without effects each definition of the catalogue is what it was."""
    for slug in SLUGS:
        for version in range(1, latest_version(slug) + 1):
            used = definition(slug, version)
            assert Effects().on_definition(used) == used


def test_the_command_takes_the_effects() -> None:
    """The options of the command reach the lines that it writes."""
    options = ["--unit", "EUR", "--no-actuals", "1", "--version-price", "2", "--drift", "2"]
    result = CliRunner().invoke(command, ["--answers", "30", *options, "--outage", "20d"])
    assert result.exit_code == 0, result.output
    runs = [
        line["body"]["run"]
        for line in map(json.loads, result.stdout.splitlines())
        if line["status_code"] == 200
    ]
    assert {run["cost"]["preview"]["currency"] for run in runs} == {"EUR"}
    assert {run["cost"]["actual"] for run in runs} == {None}
    prices = {
        (run["enrichment"]["slug"], run["enrichment"]["version"]): run["enrichment"]["snapshot"][
            "costModel"
        ]["creditsPerLead"]
        for run in runs
    }
    assert all(
        price == definition(slug, 1).credits * 2 ** (version - 1)
        for (slug, version), price in prices.items()
    )


@pytest.mark.parametrize(
    ("option", "value"),
    [
        *(
            ("--outage", "soon"),
            ("--drift", "0"),
            ("--version-price", "1e9"),
            ("--no-actuals", "1.1"),
        ),
        *(("--new-error", "soon"), ("--undocumented", "field=soon"), ("--undocumented", "7d")),
        ("--undocumented", "colour=7d"),
    ],
)
def test_a_wrong_effect_is_refused(
    capsys: pytest.CaptureFixture[str], option: str, value: str
) -> None:
    """A value out of range is named, with exit code 2, and nothing is written."""
    assert run_cli(cli, ["sandbox", "--answers", "3", option, value]) == 2
    written = capsys.readouterr()
    assert option in written.err
    assert not written.out
