"""One good answer between the wire and its snapshot row.

Invariant: what a snapshot row holds gives the answer's JSON value back (`load_value`), and two answers are the same
state exactly when the digests of their `run` values are equal.
"""

import zlib
from dataclasses import dataclass

from sqlalchemy.exc import NoResultFound

from recorder.errors import StoreDamagedError
from recorder.ledger.body import Body
from recorder.ledger.cost import CostRules
from recorder.ledger.jsontext import Json, digest
from recorder.ledger.row import LedgerRow, parse_row
from recorder.store.packing import COLUMNS, pack, unpack
from recorder.store.parts import Parts
from recorder.store.rows import Row

_UNREADABLE = (
    ArithmeticError,
    LookupError,
    TypeError,
    ValueError,
    RecursionError,
    zlib.error,
    NoResultFound,
)
KEPT_COLUMNS = tuple(COLUMNS.values())


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """What one good answer says: the whole JSON value, its `run` parsed, and the digest of `run`."""

    value: dict[str, Json]
    row: LedgerRow
    digest: bytes


def read_state(body: Body, rules: CostRules) -> State:
    """Parse a body that has a `run` object."""
    return State(value=body.value, row=parse_row(body.run, rules), digest=digest(body.run))


def pack_state(state: State, parts: Parts) -> Row:
    """The columns of a snapshot row that come from the answer; its parts are interned."""
    row = state.row
    columns = {name: getattr(row, name) for name in KEPT_COLUMNS}
    template = pack(state.value, columns, parts.intern)
    return columns | {
        "digest": state.digest,
        "part_id": parts.intern(template, readable=True),
        "preview_micros": row.costs.preview.micros,
        "preview_unit": row.costs.preview.unit,
        "actual_micros": row.costs.actual.micros,
        "actual_unit": row.costs.actual.unit,
        "oddities": ",".join(row.oddities) or None,
    }


def load_value(held: Row, parts: Parts) -> dict[str, Json]:
    """Return the answer that a snapshot row stands for.

    Raises:
        StoreDamagedError: the parts do not give an answer.
    """
    columns = {name: held[name] for name in KEPT_COLUMNS}
    try:
        value = unpack(parts.load(held["part_id"]), columns, parts.load)
        if isinstance(value, dict):
            return value
        raise TypeError("no object")
    except _UNREADABLE as error:
        raise StoreDamagedError(
            f"the stored part {held['part_id']} gives no answer ({type(error).__name__}):"
            " the store is damaged: put a copy of it back"
        ) from error


def load_row(held: Row, parts: Parts, rules: CostRules) -> LedgerRow:
    """The ledger row of a stored snapshot, parsed again."""
    run = load_value(held, parts).get("run")
    return parse_row(run if isinstance(run, dict) else {}, rules)
