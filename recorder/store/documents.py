"""The answer that a snapshot row stands for.

Invariant: what a snapshot row holds gives the answer's JSON value back.
"""

import zlib
from collections.abc import Mapping
from typing import Any

from sqlalchemy.exc import NoResultFound

from recorder.errors import StoreDamagedError
from recorder.ledger.cost import CostRules
from recorder.ledger.jsontext import Json
from recorder.ledger.packing import unpack
from recorder.ledger.row import MOVING, LedgerRow, parse_row
from recorder.store.parts import Parts

_UNREADABLE = (
    ArithmeticError,
    LookupError,
    TypeError,
    ValueError,
    RecursionError,
    zlib.error,
    NoResultFound,
)


def load_value(held: Mapping[str, Any], parts: Parts) -> dict[str, Json]:
    """Return the answer that a snapshot row stands for.

    Raises:
        StoreDamagedError: the parts do not give an answer.
    """
    columns = {field.name: held[field.name] for field in MOVING}
    try:
        value = unpack(parts.template(held["part_id"]), columns, parts.load)
        if isinstance(value, dict):
            return value
        raise TypeError("no object")
    except _UNREADABLE as error:
        raise StoreDamagedError(
            f"the stored part {held['part_id']} gives no answer ({type(error).__name__}):"
            " the store is damaged: put a copy of it back"
        ) from error


def load_row(held: Mapping[str, Any], parts: Parts, rules: CostRules) -> LedgerRow:
    """Return the ledger row of a stored snapshot, parsed again."""
    run = load_value(held, parts).get("run")
    return parse_row(run if isinstance(run, dict) else {}, rules)
