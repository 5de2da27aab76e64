"""The page as HTML, from a template that escapes what it is given.

Invariants: the page loads nothing from elsewhere and runs no script; the same store, period and settings give the same
bytes.
"""

from importlib.resources import files
from typing import Final

from jinja2 import Environment, StrictUndefined

from recorder.analyses import Analyses
from recorder.html_report.contents import Contents
from recorder.html_report.page_sections import Period
from recorder.html_report.story import story

__all__ = ("Period", "report_html")

_FOLDER: Final = files("recorder.html_report")


def report_html(analyses: Analyses, period: Period) -> str:
    """Return the page about the runs of a period."""
    environment = Environment(autoescape=True, undefined=StrictUndefined)
    template = environment.from_string(_text("page.html.jinja"))
    contents = Contents(analyses, period)
    return template.render(
        title=f"Enrichment runs, {period.words}",
        scope=period.filters.summary_with_status(),
        story=list(story(contents)),
        sections=list(contents.sections()),
        foot=f"What was known at {period.moment}. Rates are over tracked runs: no endpoint lists all runs.",
        style=_text("page.css"),
    )


def _text(name: str) -> str:
    return _FOLDER.joinpath(name).read_text(encoding="utf-8")
