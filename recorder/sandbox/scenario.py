"""A scenario file: faults to inject, as TOML.

    [[fault]]
    kind = "503"                # a word of --fault
    rate = 0.2                  # share of the requests, 0 to 1; 1 where it is left out
    from = 30                   # seconds after the start; until: likewise
    until = 60

    [[fault]]
    kind = "truncate"
    requests = [3, 4]           # the third and the fourth request
    run = "er_*"                # a glob of run ids
    user = "default"            # only this user's requests

`429` and `429-date` take `retry_after`, `slow` and `timeout` take `seconds`.

Invariant: an unknown key or a wrong value is an error of one line that names it.
"""

import tomllib
from collections.abc import Callable, Collection
from typing import Any

from recorder.sandbox.faults import Fault, parse_kind, parse_rate
from recorder.sandbox.sandbox_error import SandboxError


def parse_scenario(
    text: str, *, name: str, users: Collection[str] | None = None
) -> tuple[Fault, ...]:
    """Parse a scenario into its faults, in their order.

    Args:
        text: the file's text.
        name: its name in messages.
        users: the users that a fault may name; None: any.

    Raises:
        SandboxError: no TOML, a key or value that is not understood, or a fault that can apply to no request.
    """
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise SandboxError(f"{name} is no TOML: {error}") from error
    tables = document.get("fault", [])
    if set(document) - {"fault"} or not isinstance(tables, list):
        raise SandboxError(f"{name}: a scenario holds [[fault]] tables and nothing else")
    faults = [(_fault(table, where), where) for table, where in _named(tables, name)]
    for fault, where in faults:
        _refuse_idle(fault, where, users)
    return tuple(fault for fault, _ in faults)


def _named(tables: list[Any], name: str) -> list[tuple[Any, str]]:
    return [(table, f"{name}, fault {at}") for at, table in enumerate(tables, start=1)]


def _refuse_idle(fault: Fault, where: str, users: Collection[str] | None) -> None:
    if users is not None and fault.user not in (None, *users):
        known = ", ".join(users)
        raise SandboxError(f"{where}: no user is called {fault.user!r}: take one of {known}")
    if not fault.from_s < fault.until_s:
        raise SandboxError(
            f"{where}: from = {fault.from_s:g} is not before until = {fault.until_s:g}"
        )


def _fault(table: Any, where: str) -> Fault:  # noqa: ANN401 -- what TOML holds
    if not isinstance(table, dict) or "kind" not in table:
        raise SandboxError(f'{where}: no kind, as in kind = "503"')
    fields: dict[str, Any] = {}
    for key, value in table.items():
        if key not in _FIELDS:
            raise SandboxError(
                f"{where}: no key is called {key!r}: take one of {', '.join(_FIELDS)}"
            )
        name, parse = _FIELDS[key]
        fields[name] = parse(value, f"{where}: {key}")
    return Fault(**fields)


def _word(value: object, where: str) -> str:
    if not isinstance(value, str):
        raise SandboxError(f"{where} = {value!r} is no text: put it in quotes")
    return value


def _seconds(value: object, where: str) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or value < 0:
        raise SandboxError(f"{where} = {value!r} is no number of seconds")
    return float(value)


def _numbers(value: object, where: str) -> frozenset[int]:
    if not isinstance(value, list) or not all(type(item) is int for item in value):
        raise SandboxError(f"{where} = {value!r} is no list of request numbers, as in [3, 4]")
    return frozenset(value)


_FIELDS: dict[str, tuple[str, Callable[[Any, str], Any]]] = {
    "kind": ("kind", lambda value, where: parse_kind(_word(value, where))),
    "rate": ("rate", lambda value, where: parse_rate(value, where=where)),
    "requests": ("requests", _numbers),
    "from": ("from_s", _seconds),
    "until": ("until_s", _seconds),
    "run": ("run", _word),
    "user": ("user", _word),
    "retry_after": ("retry_after_s", _seconds),
    "seconds": ("seconds", _seconds),
}
