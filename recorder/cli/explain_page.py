"""The page that explains one run, from its facts, in plain text or in Markdown.

Invariant: served text is shown, never obeyed. Pure.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import tzinfo
from typing import Any, Final, NamedTuple

from recorder.analysis.value_texts import instant_text
from recorder.cli.output import plain_markdown
from recorder.cli.run_page import Entry, Page, entry_lines
from recorder.cli.terminal import visible
from recorder.humanize import amount_text, counted, from_to, percent_digits, span

_HEAD: Final = (
    *("run", "source", "enrichment", "status", "remaining", "leads"),
    *("seen", "tracking", "last poll", "labels"),
)
_PLACES: Final = {
    "queue_seconds": ("queued", "longer"),
    "run_seconds": ("ran", "longer"),
    "wall_seconds": ("in all", "longer"),
    "cost_actual": ("cost", "more"),
}


class PagePart(NamedTuple):
    """One part of the page; an entry without a name is a sentence."""

    title: str
    entries: list[Entry]


def page_parts(page: Page, facts: Mapping[str, Any]) -> Iterator[PagePart]:
    """Yield the parts of the page that are not empty, in order.

    Args:
        page: what `status` shows of the run.
        facts: as `Explanation.facts` has them.
    """
    tz, reasons = page.tz, [reason.replace("_", " its ", 1) for reason in facts["reasons"]]
    times = [*_times(facts["timeline"], tz)]
    names = _HEAD if reasons else (*_HEAD, "error")  # the block has it
    parts = [
        PagePart("", [entry for entry in page.entries() if entry[0] in names]),
        PagePart("Among completed runs of its version, carried to its size", [*_places(facts)]),
        PagePart("Cost", [("", _cost(facts))]),
        PagePart("Its error", [*_error(facts, tz)]),
        PagePart("Odd", [("", flag["meaning"]) for flag in facts["flags"]]),
        PagePart("When, by our clock where it does not say otherwise", [] if reasons else times),
    ]
    if reasons:
        block = [*_ids(facts), *times, *_states(facts["states"], tz)]
        parts.append(PagePart(f"To send on: {', '.join(reasons)}", block))
    return (part for part in parts if any(text for _, text in part.entries))


def text_lines(parts: Iterable[PagePart], width: int) -> Iterator[str]:
    """Yield the page in plain text, at most `width` columns wide."""
    for title, entries in parts:
        if title:
            yield from ("", title)
        margin = "  " if title else ""
        yield from (margin + line for line in entry_lines(entries, width - len(margin)))


def markdown_lines(parts: Iterable[PagePart]) -> Iterator[str]:
    """Yield the page in Markdown, to paste."""
    for title, entries in parts:
        if title:
            yield from ("", f"## {title}", "")
        for name, text in entries:
            words = plain_markdown(visible(" ".join(text.split())))
            if words:
                yield f"- **{plain_markdown(visible(name))}**: {words}" if name else f"- {words}"


def _places(facts: Mapping[str, Any]) -> Iterator[Entry]:
    for measure, (name, more) in _PLACES.items():
        value, n = facts[measure], facts[f"{measure}_n"]
        if value is None:
            continue
        words, middle = (
            _value(measure, facts[measure + end], facts["cost_actual_unit"]) for end in ("", "_p50")
        )
        below = facts[f"{measure}_below"]
        place = f"{more} than {below} of {n}, half of them at most {middle}"
        few = f"too few like it to compare with: {n}"
        slow = ": slow" if measure == "wall_seconds" and facts["slow"] else ""
        yield name, f"{words}{slow}; {few if below is None else place}"


def _value(measure: str, value: Any, unit: str) -> str:  # noqa: ANN401  # seconds or an amount
    if value is None:
        return ""
    if measure.endswith("_seconds"):
        return span(value)
    digits = f"{value:,.2f}".rstrip("0").rstrip(".") if abs(value) >= 1 else f"{value:f}"
    return f"{digits} {unit}"


def _cost(facts: Mapping[str, Any]) -> str:
    """Return preview against actual in a sentence; empty where neither can be read."""
    preview, actual, variance = (
        facts[f"cost_{name}"] for name in ("preview", "actual", "variance")
    )
    unit = facts["cost_unit"]
    if actual is None and preview is None:
        return ""
    if actual is None:
        is_there = facts["cost_quality"] == "unparsed"
        later = "its actual cannot be read" if is_there else "no actual yet"
        return f"Previewed at {amount_text(preview, unit)}; {later}."
    if variance is None:
        against = "no preview" if preview is None else f"a preview of {amount_text(preview)} {unit}"
        return f"It cost {amount_text(actual, facts['cost_actual_unit'])}, against {against}."
    share = facts["cost_over_preview"]
    percent = f" ({percent_digits(abs(share))} %)" if share else ""
    which = f"{amount_text(abs(variance))} {'over' if variance > 0 else 'under'}{percent}"
    later = " It may still change." if facts["cost_quality"] == "provisional" else ""
    return (
        f"It cost {amount_text(actual, unit)} against a preview of {amount_text(preview)}: "
        f"{which if variance else 'as previewed'}.{later}"
    )


def _error(facts: Mapping[str, Any], tz: tzinfo) -> Iterator[Entry]:
    """Yield the group that the error of the run belongs to."""
    if facts["error_pattern"] is None:
        return
    yield "pattern", facts["error_pattern"]
    runs, n = facts["error_runs"], facts["error_n"]
    share = f"{percent_digits(facts['error_share'])} %"
    yield "runs", f"{runs} of the last {n} with a message, {share}"
    first, last = (instant_text(facts[f"error_{end}_seen_at"], tz) for end in ("first", "last"))
    yield "seen", from_to(first, last)
    yield "slugs", (facts["error_slugs"] or "").replace(",", ", ")


def _times(timeline: Iterable[Mapping[str, Any]], tz: tzinfo) -> Iterator[Entry]:
    for moment in timeline:
        by = ", by the ledger" if moment["clock"] == "ledger" else ""
        yield instant_text(moment["at"], tz), moment["words"] + by


def _ids(facts: Mapping[str, Any]) -> Iterator[Entry]:
    for name in ("run_id", "trigger_run_id", "correlation_id", "enrichment_id"):
        yield name, facts[name] or ""
    yield "", facts["trigger_url"] or ""
    yield "error", facts["error_message"] or ""


def _states(states: Iterable[Mapping[str, Any]], tz: tzinfo) -> Iterator[Entry]:
    for state in states:
        seen = (instant_text(state[name], tz) for name in ("first_seen_at", "last_seen_at"))
        words = ("completed", "failed", "skipped", "running", "pending")
        leads = (f"{state[f'leads_{word}']} {word}" for word in words if state[f"leads_{word}"])
        said = [from_to(*seen), counted(state["n_polls"], "poll"), state["status"] or "no status"]
        yield f"state {state['seq']}", ", ".join([*said, *leads])
