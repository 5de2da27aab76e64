"""What the tests of the sandbox share: a sandbox that is stopped, and a client."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any
from urllib.parse import quote

import httpx
import pytest

from recorder.sandbox import (
    Sandbox,
)

Open = Callable[..., Sandbox]


@pytest.fixture
def open_sandbox() -> Iterator[Open]:
    with ExitStack() as stack:

        def opened(*args: Any, **kwargs: Any) -> Sandbox:
            return stack.enter_context(Sandbox(*args, **kwargs).start())

        yield opened


@pytest.fixture
def client() -> Iterator[httpx.Client]:
    with httpx.Client(timeout=60, verify=False) as client:  # certificates take 20 ms to load
        yield client


@pytest.fixture
def ask(client: httpx.Client) -> Callable[..., httpx.Response]:
    def asked(
        sandbox: Sandbox, run_id: str, *, key: str = "pk_sandbox", **kwargs: Any
    ) -> httpx.Response:
        url = f"{sandbox.url}/api/enrichment/{quote(run_id, safe='')}"
        return client.get(url, headers={"Authorization": f"Bearer {key}"}, **kwargs)

    return asked
