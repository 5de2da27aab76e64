"""An answer that is newer than all the store holds of its run: the common case, without reading the history.

Invariant: the same rows come out as if the whole history were laid again (`late`).
"""

from recorder.ledger.answer import Answer, Outcome
from recorder.ledger.body import Malformed, read_body
from recorder.ledger.jsontext import digest_bytes
from recorder.store.states import read_state
from recorder.store.working import Recorded, Working


def append(work: Working, answer: Answer) -> Recorded:
    """Record one answer of a run, newer than its last."""
    if answer.outcome is not None:
        return work.add_poll(answer, answer.outcome, answer.detail)
    outcome, detail = _see(work, answer)
    return work.add_poll(answer, outcome, detail)


def _see(work: Working, answer: Answer) -> tuple[Outcome, str | None]:
    """Take a 200 in; a body equal to the last good one to the byte is not parsed again."""
    bytes_digest = digest_bytes(answer.body)
    tail = work.tail
    if tail is not None and work.watch["body_digest"] == bytes_digest:
        work.see_again(tail, answer.observed_at)
        return Outcome.UNCHANGED, answer.detail
    body = read_body(answer.body, run_id=answer.run_id)
    if isinstance(body, Malformed):
        return Outcome.MALFORMED, body.reason
    work.watch["body_digest"] = bytes_digest
    state = read_state(body, work.rules.costs)
    if tail is not None and tail["digest"] == state.digest:
        work.see_again(tail, answer.observed_at)
        return Outcome.UNCHANGED, answer.detail
    work.see_new(state, answer.observed_at)
    return Outcome.CHANGED, answer.detail
