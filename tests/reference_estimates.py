"""Estimates, written plainly from their definition, for one source and slug: slow, and shares nothing with the program."""

from fractions import Fraction
from math import ceil, exp, floor, log
from typing import Any

TENTH = Fraction(1, 10)


def _power(likes: list[dict[str, Any]]) -> float:
    if len({max(r["leads"], 1) for r in likes}) == 1:
        return 0.0
    xs = [log(max(r["leads"], 1)) for r in likes]
    ys = [log(r["value"]) for r in likes]
    mean_x, mean_y = sum(xs) / len(xs), sum(ys) / len(ys)
    slope = sum((x - mean_x) * (y - mean_y) for x, y in zip(xs, ys, strict=True)) / sum(
        (x - mean_x) ** 2 for x in xs
    )
    return floor(20 * min(1.0, max(0.0, slope)) + 0.5) / 20


def _duration_values(likes: list[dict[str, Any]], asked: dict[str, Any]) -> list[Any]:
    if asked["leads"] is None or any(r["leads"] is None for r in likes):
        return sorted(r["value"] for r in likes)
    b = _power(likes)
    n = max(asked["leads"], 1)
    return sorted(r["value"] * exp(b * log(n / max(r["leads"], 1))) for r in likes)


def _cost_values(likes: list[dict[str, Any]], asked: dict[str, Any]) -> list[Any]:
    if asked["preview"] is not None:
        return sorted(Fraction(asked["preview"] * r["value"], r["preview"]) for r in likes)
    n = max(asked["leads"], 1)
    return sorted(Fraction(n * r["value"], max(r["leads"], 1)) for r in likes)


def _is_like(run: dict[str, Any], asked: dict[str, Any], measure: str) -> bool:
    if measure == "duration":
        return True
    return bool(run["preview"]) if asked["preview"] is not None else run["leads"] is not None


def _likes(
    runs: list[dict[str, Any]], asked: dict[str, Any], measure: str
) -> tuple[str, list[dict[str, Any]]]:
    known = [r for r in runs if r["known_at"] <= asked["at"] and _is_like(r, asked, measure)]
    known.sort(key=lambda r: (r["known_at"], r["run_id"]))
    same = [r for r in known if r["version"] == asked["version"]][-100:]
    if len(same) >= 9:
        return "version", same
    return ("slug" if len(known) >= 9 else "few"), known[-100:]


def _plain(runs: list[dict[str, Any]], asked: dict[str, Any], measure: str) -> Any:
    """Return the basis without bursts, and the sorted values of the likes."""
    basis, likes = _likes(runs, asked, measure)
    if basis == "few":
        return basis, len(likes), None
    if measure == "duration" and asked["leads"] is not None:
        leads = [r["leads"] for r in likes]
        if None not in leads and not min(leads) <= asked["leads"] <= max(leads):
            return "range", len(likes), None
    values = _duration_values if measure == "duration" else _cost_values
    return basis, len(likes), values(likes, asked)


def as_asked(run: dict[str, Any], way: dict[str, Any]) -> dict[str, Any] | None:
    """Return how a run would have been asked at its creation, with a preview or leads as another question has them."""
    if run["created_at"] is None:
        return None
    if way["leads"] is not None and run["leads"] is None and way["preview"] is None:
        return None
    return {
        "at": run["created_at"],
        "version": run["version"],
        "leads": run["leads"] if way["leads"] is not None else None,
        "preview": run["preview"] if way["preview"] is not None else None,
    }


def _shares(runs: list[dict[str, Any]], asked: dict[str, Any], measure: str) -> Any:
    past = sorted(runs, key=lambda r: (r["known_at"], r["run_id"]))
    low_missed, high_missed = [], []
    for r in past:
        if r["known_at"] > asked["at"]:
            continue
        at_creation = as_asked(r, asked)
        if at_creation is None:
            continue
        values = _plain(runs, at_creation, measure)[2]
        if values is not None:
            n = len(values)
            low_missed.append(r["value"] < values[floor(Fraction(n + 1, 10)) - 1])
            high_missed.append(r["value"] > values[ceil(Fraction(9 * (n + 1), 10)) - 1])
    k = len(low_missed[-100:])
    shares = []
    for missed in (sum(low_missed[-100:]), sum(high_missed[-100:])):
        usual = k < 20 or missed <= Fraction(k, 10)
        shares.append(TENTH if usual else Fraction(k, 100 * missed))
    return shares


def estimate(
    runs: list[dict[str, Any]],
    created: list[int],
    asked: dict[str, Any],
    measure: str,
    *,
    is_tracked: bool,
) -> tuple[str, int, Any]:
    """Return basis, n, and p10, p50, p90 or None.

    Args:
        runs: `run_id`, `version`, `created_at`, `known_at`, `leads`, `value`, `preview` of completed runs.
        created: when all runs of the slug were created.
        asked: `at`, `version`, `leads`, `preview`.
        measure: `duration` or `cost`.
        is_tracked: whether the asked run is one of the created.
    """
    basis, n, values = _plain(runs, asked, measure)
    if values is None:
        return basis, n, None
    latest = max((r["known_at"] for r in runs if r["known_at"] <= asked["at"]), default=0)
    burst = sum(latest < at <= asked["at"] for at in created) + (not is_tracked)
    if basis == "version" and burst > 10:
        basis = "burst"
    low, high = _shares(runs, asked, measure)
    middle = ceil(n / 2)
    p10 = min(max(1, floor((n + 1) * low)), middle)
    p90 = max(min(n, ceil((n + 1) * (1 - high))), middle)
    return basis, n, (values[p10 - 1], values[middle - 1], values[p90 - 1])
