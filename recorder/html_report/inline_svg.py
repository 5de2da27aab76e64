"""Charts as inline SVG, drawn once for a wide and once for a narrow screen.

Invariant: the same data gives the same bytes, and no id stands twice on a page; colours are variables of the page's
style sheet.
"""

import re
import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from html import escape
from io import StringIO
from types import MappingProxyType
from typing import Any, Final, TypeAlias

from matplotlib import rc_context
from matplotlib.figure import Figure

Draw: TypeAlias = Callable[[Figure], None]

INK: Final = "#123456"
RULE: Final = "#234567"
COLOURS: Final = ("#345671", "#345672", "#345673", "#345674", "#345675", "#345676")
"""Placeholders, which the page's variables replace."""

_VARIABLES: Final = MappingProxyType(
    {INK: "var(--ink)", RULE: "var(--rule)"}
    | {colour: f"var(--c{number})" for number, colour in enumerate(COLOURS, 1)}
)
_PLACEHOLDER: Final = re.compile("|".join(_VARIABLES))
_SIZES: Final = MappingProxyType({"wide": 7.4, "narrow": 3.3})  # inches of 72 points
_IDS: Final = re.compile(r'(\bid="|href="#|url\(#)')
_BEFORE_BODY: Final = re.compile(r'.*?(viewBox="[^"]*").*?</defs>', re.DOTALL)
_FONT: Final = re.compile(r"; font-family: [^;\"]*")
_BLANKS: Final = re.compile(r"\s+")
_STYLE: Final[Mapping[Any, Any]] = MappingProxyType(
    {
        # Text stays text, in the page's own font.
        "svg.fonttype": "none",
        # Without it ids would differ from one drawing to the next.
        "svg.hashsalt": "recorder",
        "font.size": 9.0,
        "text.parse_math": False,  # served text may hold dollars
        "text.color": INK,
        "axes.labelcolor": INK,
        "axes.edgecolor": INK,
        "axes.spines.top": False,
        "axes.spines.right": False,
        "axes.grid": True,
        "axes.axisbelow": True,
        "grid.color": RULE,
        "xtick.color": INK,
        "ytick.color": INK,
        "legend.frameon": False,
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """One picture of the page, drawn for each width of screen.

    Attributes:
        title: its heading.
        summary: what it shows, for readers who do not see it.
        svg: the inline SVG by the width of the screen: `wide`, `narrow`.
    """

    title: str
    summary: str
    svg: dict[str, str]


def chart(key: str, title: str, summary: str, draw: Draw, *, height: float = 2.8) -> Chart:
    """Draw a chart in both widths.

    Args:
        key: the name that its ids begin with.
        title: its heading.
        summary: what it shows, in a sentence.
        draw: draws it on an empty figure.
        height: inches of 72 points.
    """
    svg = {
        name: _inline(_drawn(draw, (width, height)), f"{key}-{name}-", title, summary)
        for name, width in _SIZES.items()
    }
    return Chart(title=title, summary=summary, svg=svg)


def _drawn(draw: Draw, size: tuple[float, float]) -> str:
    text = StringIO()
    with rc_context(dict(_STYLE)), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a glyph that our font lacks: the browser has others
        figure = Figure(figsize=size, layout="constrained")
        draw(figure)
        figure.savefig(text, format="svg", transparent=True, metadata={"Date": None})
    return text.getvalue()


def _inline(svg: str, key: str, title: str, summary: str) -> str:
    """Return the element for an HTML page: its own root, without prolog, metadata and rules for the whole page."""
    found = _BEFORE_BODY.match(svg)
    view, body = (found[1], svg[found.end() :]) if found else ("", svg)
    root = (
        f'<svg {view} role="img" aria-label="{escape(title)}: {escape(summary)}" '
        'stroke-linejoin="round" stroke-linecap="butt">'
    )
    return root + _coloured(_IDS.sub(rf"\g<1>{key}", body))


def _coloured(svg: str) -> str:
    plain = _BLANKS.sub(" ", _FONT.sub("", svg))
    return _PLACEHOLDER.sub(lambda found: _VARIABLES[found[0]], plain)
