"""The charts of the page: what each shows, and how it is drawn.

Invariant: a chart shows every value that it is given; a rate has its interval, and no bare mean is drawn.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from math import ceil
from types import MappingProxyType
from typing import Final, NamedTuple

import numpy as np
from matplotlib.axes import Axes
from matplotlib.dates import AutoDateLocator, ConciseDateFormatter
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator, PercentFormatter

from recorder.html_report.inline_svg import COLOURS, INK, Chart, chart
from recorder.humanize import percent, span

_DASHES: Final = ("-", "--", "-.", ":", (0, (5, 1)), (0, (3, 1, 1, 1)))
_BARS: Final = MappingProxyType({"spent": "", "may still come": "///"})
_TICKS: Final = (0.1, 1, 10, 60, 600, 3600, 21600, 86400, 604800, 2592000)  # seconds


class Rate(NamedTuple):
    """A rate with its interval, and the number of runs behind it."""

    value: float
    low: float
    high: float
    n: int


class Spread(NamedTuple):
    """The 10 %, 50 % and 90 % points of a measure, and the number of runs behind it."""

    p10: float
    p50: float
    p90: float
    n: int


def spend_chart(spent: Mapping[str, Mapping[date, tuple[float, float]]], days: int) -> Chart:
    """Return the chart of spending.

    Args:
        spent: by unit and first day of a bar: what is spent, and what may still come.
        days: the days that a bar stands for.
    """

    def draw(figure: Figure) -> None:
        panels = figure.subplots(len(spent), 1, sharex=True, squeeze=False)[:, 0]
        for axes, (unit, bars) in zip(panels, spent.items(), strict=True):
            at, base = np.array(list(bars), "datetime64[D]"), [0.0] * len(bars)
            for place, (label, hatch) in enumerate(_BARS.items()):
                heights = [pair[place] for pair in bars.values()]
                axes.bar(
                    at, heights, days * 0.8, base, label=label, hatch=hatch, align="edge",
                    color=COLOURS[place], edgecolor=INK, linewidth=0.4,
                )  # fmt: skip
                base = heights
            axes.set_ylabel(unit)
            axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.10g}"))
        figure.legend(*panels[0].get_legend_handles_labels(), loc="outside upper left", ncols=2)
        _dates(panels[-1])

    whole = ", ".join(f"{sum(map(sum, bars.values())):,.0f} {unit}" for unit, bars in spent.items())
    title = f"Spend by {_bucket(days)}"
    summary = f"What is spent and what may still come: {whole} in all."
    return chart("spend", title, summary, draw, height=0.9 + 1.5 * len(spent))


def failure_chart(rates: Mapping[date, Rate], days: int) -> Chart:
    """Return the chart of failure rates over time, each with its 95 % interval."""

    def draw(figure: Figure) -> None:
        axes = figure.subplots()
        errors = [
            # A bound may lie a rounding beyond the rate, and matplotlib takes no negative length.
            [max(rate.value - rate.low, 0) for rate in rates.values()],
            [max(rate.high - rate.value, 0) for rate in rates.values()],
        ]
        axes.errorbar(
            np.array(list(rates), "datetime64[D]"), [rate.value for rate in rates.values()], yerr=errors,
            fmt="o", color=COLOURS[0], markersize=3.5, linewidth=1,
        )  # fmt: skip
        axes.set_ylim(0, min(1.0, max(rate.high for rate in rates.values()) * 1.1))
        axes.yaxis.set_major_formatter(PercentFormatter(1.0, symbol=" %"))
        axes.set_ylabel("runs that failed")
        _dates(axes)

    title = f"Failure rate by {_bucket(days)}"
    worst_at, worst = max(rates.items(), key=lambda item: item[1].value)
    summary = (
        f"Failed runs of those that completed or failed, with 95 % intervals, for {len(rates)} bars of "
        f"{sum(rate.n for rate in rates.values()):,} runs. Highest: {percent(worst.value)} of {worst.n:,} on {worst_at}."
    )
    return chart("failures", title, summary, draw)


def duration_chart(seconds: Mapping[str, Sequence[float]]) -> Chart:
    """Return the chart of the share of completed runs that took at most so long, by slug.

    Args:
        seconds: the wall times of each slug, ascending.
    """

    def draw(figure: Figure) -> None:
        axes = figure.subplots()
        for place, (slug, values) in enumerate(seconds.items()):
            points = _steps(values)
            axes.step(
                [at for at, _ in points], [share for _, share in points], where="post", label=f"{slug} ({len(values):,})",
                color=COLOURS[place % len(COLOURS)], linestyle=_DASHES[place % len(_DASHES)], linewidth=1.3,
            )  # fmt: skip
        axes.set_xscale("log")
        _durations(axes)
        axes.yaxis.set_major_formatter(PercentFormatter(1.0, symbol=" %"))
        axes.set_ylabel("runs that took at most")
        figure.legend(loc="outside lower center", ncols=max(1, int(figure.get_figwidth() // 2)))

    medians = "; ".join(
        f"{slug} {span(values[ceil(len(values) / 2) - 1])}" for slug, values in seconds.items()
    )
    summary = f"Share of completed runs by wall time, from creation to end. Medians: {medians}."
    return chart("durations", "Wall time by slug", summary, draw, height=3.4)


def calibration_chart(ratios: Mapping[str, Spread]) -> Chart:
    """Return the chart of actual by previewed cost, by slug."""

    def draw(figure: Figure) -> None:
        axes = figure.subplots()
        places = range(len(ratios))
        for place, ratio in zip(places, ratios.values(), strict=True):
            axes.plot([ratio.p10, ratio.p90], [place, place], color=COLOURS[0], linewidth=2.5)
            axes.plot([ratio.p50], [place], "o", color=INK, markersize=4)
        axes.axvline(1.0, color=INK, linewidth=1, linestyle="--")
        axes.set_yticks(list(places), [f"{name} ({one.n:,})" for name, one in ratios.items()])
        axes.invert_yaxis()
        axes.xaxis.set_major_formatter(PercentFormatter(1.0, symbol=" %"))
        axes.xaxis.set_major_locator(MaxNLocator(4))
        figure.supxlabel("actual cost by preview: p10, median, p90", size="medium")

    over = [name for name, ratio in ratios.items() if ratio.p50 > 1]
    summary = (
        f"Of {sum(ratio.n for ratio in ratios.values()):,} pairs, 100 % = as previewed. "
        f"Median above the preview: {', '.join(over) or 'none'}."
    )
    return chart(
        "calibration", "Actual cost by preview", summary, draw, height=0.9 + 0.26 * len(ratios)
    )


def _bucket(days: int) -> str:
    return {1: "day", 7: "week"}.get(days, "month")


def _steps(values: Sequence[float]) -> list[tuple[float, float]]:
    """Return at most 101 points of the distribution of ascending values: more could not be seen."""
    n = len(values)
    ranks = sorted({max(ceil(n * share / 100), 1) for share in range(101)})
    # A logarithmic axis has no 0.
    return [(max(values[rank - 1], 0.01), rank / n) for rank in ranks]


def _dates(axes: Axes) -> None:
    locator = AutoDateLocator(minticks=3, maxticks=6)  # type: ignore[no-untyped-call]
    axes.xaxis.set_major_locator(locator)
    axes.xaxis.set_major_formatter(ConciseDateFormatter(locator))  # type: ignore[no-untyped-call]


def _durations(axes: Axes) -> None:
    low, high = axes.get_xlim()
    ticks = [tick for tick in _TICKS if low <= tick <= high]
    axes.set_xticks(ticks, [span(tick) for tick in ticks])
    axes.minorticks_off()
