"""What an outcome is: a row, an answer, a failure, an outage; each decided on the outcome itself."""

import pytest

from recorder.ledger.answer import Outcome

NATURES = {
    Outcome.CHANGED: {"row", "answer", "served"},
    Outcome.UNCHANGED: {"row", "answer", "served"},
    Outcome.NOT_VISIBLE: {"answer", "served"},
    Outcome.REFUSED: {"failure", "error"},
    Outcome.THROTTLED: {"failure"},
    Outcome.SERVER_ERROR: {"failure", "error", "outage"},
    Outcome.NETWORK_ERROR: {"failure", "error", "outage"},
    Outcome.MALFORMED: {"failure", "error", "served"},
    Outcome.UNEXPECTED: {"failure", "error"},
}


@pytest.mark.parametrize("outcome", Outcome)
def test_each_outcome_says_what_it_is(outcome: Outcome) -> None:
    """A row and a 404 are answers, all else is a failed poll; a rate limit is no error; a server that fails is out."""
    words = ("row", "answer", "failure", "error", "outage", "served")
    assert {word for word in words if getattr(outcome, f"is_{word}")} == NATURES[outcome]
