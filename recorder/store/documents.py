"""The answer that a snapshot stands for.

Invariant: a snapshot and its parts give the answer's JSON value back.
"""

import zlib

from sqlalchemy.exc import NoResultFound

from recorder.errors import StoreDamagedError
from recorder.ledger.cost import CostRules
from recorder.ledger.jsontext import Json, parse_json
from recorder.ledger.packing import Columns, unpack
from recorder.ledger.row import MOVING, LedgerRow, parse_row
from recorder.ledger.sections import slices_of
from recorder.store.parts import Parts
from recorder.store.records import SnapshotRecord

_UNREADABLE = (
    ArithmeticError,
    LookupError,
    TypeError,
    ValueError,
    RecursionError,
    zlib.error,
    NoResultFound,
)


def load_text(part_id: int, columns: Columns, parts: Parts) -> str:
    """Return the JSON text of the answer that a snapshot stands for, from its template and its columns.

    Raises:
        StoreDamagedError: the parts do not give an answer.
    """
    try:
        text = unpack(parts.template(part_id), columns, parts.load)
        if slices_of(text.encode()) is None and not isinstance(parse_json(text), dict):
            raise TypeError("no object")
    except _UNREADABLE as error:
        raise StoreDamagedError(
            f"the stored part {part_id} gives no answer ({type(error).__name__}):"
            " the store is damaged: put a copy of it back"
        ) from error
    return text


def load_value(row: SnapshotRecord, parts: Parts) -> dict[str, Json]:
    """Return the answer that a snapshot stands for.

    Raises:
        StoreDamagedError: the parts do not give an answer.
    """
    columns = {name: getattr(row, name) for name in MOVING}
    value = parse_json(load_text(row.part_id, columns, parts))
    return value if isinstance(value, dict) else {}


def load_row(row: SnapshotRecord, parts: Parts, rules: CostRules) -> LedgerRow:
    """Return the ledger row of a stored snapshot, parsed again."""
    run = load_value(row, parts).get("run")
    return parse_row(run if isinstance(run, dict) else {}, rules)
