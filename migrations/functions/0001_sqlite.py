"""The functions of the views on SQLite, which has no stored ones: each call stands written out there."""

import re

# X is the argument. The remainder is made positive, so that instants before 1970 come out right too.
_REST = "(((X) % 1000000 + 1000000) % 1000000)"
WRITTEN_OUT = {
    "instant": f"(strftime('%Y-%m-%dT%H:%M:%S', ((X) - {_REST}) / 1000000, 'unixepoch')"
    f" || printf('.%06dZ', {_REST}))",
    "amount": "((X) / 1000000.0)",
    "seconds": "((X) / 1000000.0)",
    "hexadecimal": "lower(hex(X))",
    "document": "(X)",
}
_CALL = re.compile(r"recorder\.(\w+)\(((?:[^()]|\((?:[^()]|\([^()]*\))*\))*)\)")


def written_out(text: str) -> str:
    """Return the statement of a view with its functions written out."""
    inlined = _CALL.sub(lambda call: WRITTEN_OUT[call[1]].replace("X", call[2]), text)
    return inlined.replace("recorder.", "")
