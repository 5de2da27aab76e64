"""Amounts of `cost.preview` and `cost.actual`, whose shape the API leaves open.

Invariant: an amount is read only where exactly one reading fits; everything else is *unparsed*, never 0.
Amounts are integers of a millionth (micros).
"""

import re
from collections.abc import Mapping
from decimal import MAX_PREC, Context, Decimal

from msgspec import Struct

from recorder.ledger.jsontext import Json, Number

MICROS = 1_000_000
LARGEST = 2**63 - 1  # of a 64-bit column
_EXACT = Context(prec=MAX_PREC)  # the usual context rounds to 28 digits
_NUMERIC = re.compile(r"[+-]?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]{1,3})?")
_UNIT_KEYS = ("unit", "currency")


class CostRules(Struct, frozen=True, kw_only=True):
    """The rules by which a store reads amounts of an unknown shape or without a unit.

    Attributes:
        unit: the unit of amounts that neither side states; None leaves them `unstated`.
        preview_path: dotted path below `cost.preview` to the amount, where the known shapes do not fit.
        actual_path: the same below `cost.actual`.
    """

    unit: str | None = None
    preview_path: str | None = None
    actual_path: str | None = None


class Amount(Struct, frozen=True, kw_only=True):
    """One side of the cost, as far as it could be read.

    Attributes:
        present: whether the ledger serves anything but null.
        micros: the amount in millionths of a unit, None where absent or unparsed.
        unit: the unit that this side states, None where it states none.
    """

    present: bool = False
    micros: int | None = None
    unit: str | None = None

    @property
    def unparsed(self) -> bool:
        """Whether something is served and no amount could be read."""
        return self.present and self.micros is None


def stored_amount(micros: int | None, unit: str | None, *, unparsed: bool) -> Amount:
    """Return the amount of which a store holds millionths, unit, and whether it was served but not read."""
    return Amount(present=unparsed or micros is not None, micros=micros, unit=unit)


def parse_amount(value: Json, *, path: str | None = None) -> Amount:
    """Return the amount that `cost.preview` or `cost.actual` states.

    Args:
        value: a number or numeric string; an object with `credits`; an object with `total` or `amount`, and `unit` or
            `currency`. Two candidates, or an amount finer than a millionth, leave it unparsed.
        path: dotted path to the amount in objects of another shape.
    """
    if value is None:
        return Amount()
    if not isinstance(value, dict):
        return Amount(present=True, micros=_micros(value))
    candidates = [key for key in ("credits", "total", "amount") if value.get(key) is not None]
    if path is not None and not _is_known_shape(value, candidates):
        return _at_path(value, path.split("."))
    if len(candidates) != 1:
        return Amount(present=True)
    if candidates == ["credits"]:
        return Amount(present=True, micros=_micros(value["credits"]), unit="credits")
    return _with_stated_unit(value, candidates[0], required=True)


def _is_known_shape(value: Mapping[str, Json], candidates: list[str]) -> bool:
    """Return whether the known keys decide the reading; of two that contradict each other: unparsed."""
    if len(candidates) != 1:
        return bool(candidates)
    (key,) = candidates
    is_leaf = not isinstance(value[key], dict | list)
    return is_leaf and (key == "credits" or any(value.get(n) is not None for n in _UNIT_KEYS))


def _with_stated_unit(holder: Mapping[str, Json], key: str, *, required: bool) -> Amount:
    units = [holder[name] for name in _UNIT_KEYS if holder.get(name) is not None]
    if len(units) > 1 or (required and not units):
        return Amount(present=True)
    micros = _micros(holder.get(key))
    if not units:
        return Amount(present=True, micros=micros)
    unit = units[0].strip() if isinstance(units[0], str) else ""
    if not unit or not unit.isprintable():  # nor would a database keep a NUL or a lone surrogate
        return Amount(present=True)
    return Amount(present=True, micros=micros, unit=unit)


def _at_path(value: Json, steps: list[str]) -> Amount:
    holder = value
    for step in steps[:-1]:
        holder = holder.get(step) if isinstance(holder, dict) else None
    if not isinstance(holder, dict):
        return Amount(present=True)
    if steps[-1] == "credits":
        return Amount(present=True, micros=_micros(holder.get("credits")), unit="credits")
    return _with_stated_unit(holder, steps[-1], required=False)


def _micros(value: Json) -> int | None:
    if isinstance(value, Number):
        number = value.decimal()
    elif isinstance(value, str) and _NUMERIC.fullmatch(value.strip()):
        number = Number(value.strip()).decimal()
    else:
        number = None
    return None if number is None else exact_micros(number)


def exact_micros(amount: Decimal) -> int | None:
    """Return the millionths of an amount; None where it is finer than that or beyond 64 bits."""
    if amount == 0:
        return 0
    if not -7 < amount.adjusted() < 14:  # noqa: PLR2004  # outside, no 64-bit count of millionths is exact
        return None
    scaled = amount.scaleb(6, context=_EXACT)
    micros = int(scaled)
    return micros if micros == scaled and abs(micros) <= LARGEST else None
