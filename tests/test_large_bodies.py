"""Large bodies of any shape are recorded, and nobody waits for them."""

import resource
import subprocess
import sys
import threading
from collections.abc import Callable

import pytest
from msgspec.structs import force_setattr
from programs import HOME
from stores import answer, document, register, view

from recorder.fetch.client import MAX_BODY
from recorder.store.engine import Database
from recorder.store.write.record import Recorder

SHAPES = {
    "numbers": ("0,", "0"),
    "numbers with blanks": ("0, ", "0"),
    "arrays": ("[],", "0"),
    "nested arrays": ("[[[[[[0]]]]]],", "0"),
    "objects": ('{"a":0},', "0"),
    "strings": ('"a",', '"b"'),
    "escapes": ('"\\u00e9",', '"b"'),
    "lone surrogates": ('"\\ud800",', '"b"'),
    "marks": ('{"$part":0},', "0"),
}
CPU_S, MEMORY_MB = 8, 600

READS = """
import sys
from recorder.ledger.cost import CostRules
from recorder.ledger.sections import Reading, Sections
body = sys.stdin.buffer.read()
assert isinstance(Sections(CostRules()).read(body, run_id="er_1"), Reading)
"""


def large(shape: str) -> bytes:
    """A body of nearly as many bytes as are taken."""
    unit, last = SHAPES[shape]
    count = (MAX_BODY - 100) // len(unit)
    return b'{"run":{"id":"er_1","x":[' + (unit * count + last).encode() + b"]}}"


@pytest.mark.slow
@pytest.mark.parametrize("shape", SHAPES)
def test_a_large_body_costs_what_can_be_borne(shape: str) -> None:
    """Whatever its shape, a body of the largest size is read within a few seconds of CPU and some hundred MB."""

    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_CPU, (CPU_S, CPU_S))
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY_MB * 2**20,) * 2)

    done = subprocess.run(
        [sys.executable, "-c", READS],
        input=large(shape),
        cwd=HOME,
        preexec_fn=limit,  # the child only sets its limits
        capture_output=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr.decode()


@pytest.mark.slow
def test_others_go_on_while_a_large_body_is_read(
    database: Database, store_url: str, open_database: Callable[[str], Database]
) -> None:
    """A body is read before the store is locked: another process records meanwhile, in the same source."""
    register(database, ["er_1", "er_2"])
    reading, go_on = threading.Event(), threading.Event()
    body = large("nested arrays")

    class Slow(bytes):
        """Says when its reading begins, and waits."""

        def isascii(self) -> bool:
            reading.set()
            go_on.wait(60)
            return super().isascii()

    huge = answer(1, body)
    force_setattr(huge, "body", Slow(body))
    thread = threading.Thread(target=Recorder(database).record, args=([huge],))
    thread.start()
    assert reading.wait(60)
    other = Recorder(open_database(store_url))
    (recorded,) = other.record([answer(2, document("er_2"), run_id="er_2")])
    assert recorded.snapshot_seq == 1
    assert [row["n_snapshots"] for row in view(database, "runs")] == [0, 1]
    go_on.set()
    thread.join()
    assert {row["run_id"]: row["n_snapshots"] for row in view(database, "runs")} == {
        "er_1": 1,
        "er_2": 1,
    }
