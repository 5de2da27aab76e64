"""Messages that differ only in ids, numbers, names and times have one pattern; others do not."""

import time
from random import Random

import pytest
import reference_errors
from hypothesis import given
from hypothesis import strategies as st

from recorder.history.message_pattern import pattern_of

TEMPLATES = (
    "Provider quota exceeded (HTTP 429) for workspace {n}",
    "Provider quota exceeded (HTTP 500) for workspace {n}",
    "Request failed with status code {n}",
    "status: 404 for lead {id}",
    "status: 403 for lead {id}",
    "Timeout after {n} ms calling {host}",
    "Timeout after {n} ms calling the worker",
    "Cannot read {url} (attempt {n} of {n})",
    "No mailbox for {mail}, tried at {time}",
    "No mailbox for {mail}",
    "Field {text} is not writable",
    "Field {text} is not writable by {mail}",
    "Lead {uuid} is locked since {time}",
    "Insufficient credits: {n} required, {n} available",
    "  worker\n{id}\tdied  ",
    "connect ECONNREFUSED {host}",
    "Don't retry before {time}",
    "Unexpected token {text} in JSON at position {n}",
    "no luck",
    "No luck",
)


def value(kind: str, random: Random) -> str:
    """A value of a kind, in any of its spellings."""
    number, word = random.randrange(1000, 10**9), f"{random.getrandbits(64):016x}"
    return {
        "n": random.choice([f"{number}", f"{number:,}", f"{number / 100}", f"{number % 90}"]),
        "id": random.choice([f"ld_{word}a1", f"{word}a1".upper(), f"er-{word}-2b"]),
        "uuid": f"{word[:8]}-{word[8:12]}-{word[12:]}-{word[4:8]}-{word[:12]}",
        "host": random.choice(
            [f"api{number}.example.com:8443", "10.0.0.7", "127.0.0.1:5432", "a.io"]
        ),
        "url": f"https://user@api.test:8443/v{number}?q={word}",
        "mail": f"jo.{word}+x@mail-{number}.example.co",
        "time": random.choice(
            [
                "2026-11-20",
                "2026-11-20T09:15:00.120Z",
                "2026-01-02 03:04",
                "2026-11-20T09:15:00+0100",
            ]
        ),
        "text": random.choice([f'"{word} {number}"', f"`a {word}`", f"'{word} it'"]),
    }[kind]


def made(template: str, random: Random) -> str:
    """A message of a template, each place with a value of its own."""
    for kind in ("n", "id", "uuid", "host", "url", "mail", "time", "text"):
        while f"{{{kind}}}" in template:
            template = template.replace(f"{{{kind}}}", value(kind, random), 1)
    return template


def test_a_thousand_messages_have_the_patterns_of_their_templates() -> None:
    """Each template is one pattern, no two templates share one."""
    random = Random(11)
    found = {
        template: {pattern_of(made(template, random)) for _ in range(50)} for template in TEMPLATES
    }
    assert {len(patterns) for patterns in found.values()} == {1}
    assert len(set.union(*found.values())) == len(TEMPLATES)


@pytest.mark.parametrize(
    ("message", "pattern"),
    [
        ("", ""),
        (" a\n\t b ", "a b"),
        ("GET https://a.test/x?y=1) failed", "GET <url>) failed"),
        ("to jo@a.test.", "to <mail>."),
        ("at 2026-11-20 09:15 on 2026-11-21", "at <time> on <time>"),
        ('it\'s "so" `and` \'so\'', "it's <text> <text> <text>"),
        ("123E4567-e89b-12d3-a456-426614174000", "<id>"),
        ("10.0.0.1:80 db.example.org:5432", "<host> <host>"),
        ("er_01JC8Z6M3Q run_x longword 12345678", "<id> run_x longword <n>"),
        ("3 of 1,000.50", "<n> of <n>"),
        ("HTTP 429 HTTP 4290 status=503, code: 500 code 50", "HTTP 429 HTTP <n> status=503, code: 500 code <n>"),
        ("errorCode 429, decode 512 bytes, Status 404", "errorCode 429, decode <n> bytes, Status 404"),
    ],
)  # fmt: skip
def test_each_rule(message: str, pattern: str) -> None:
    """Every rule replaces what it names, and leaves the rest as it came."""
    assert pattern_of(message) == pattern


PIECES = st.sampled_from(
    [
        *("a", "b7", "foo", ".", "..", "-", "_", "@", "://", "http", "HTTP", "status", "code", " ", "\n", '"', "'", "`"),
        *("1", "22", "429", "2026-11-20", "T10:00:00Z", ":", ",", "(", "<", ">", "ü", "٣", "1.2.3.4", "com", "+", "]"),
        "123e4567-e89b-12d3-a456-426614174000",
    ]
)  # fmt: skip


@given(st.lists(PIECES, max_size=12).map("".join) | st.text(max_size=20))
def test_it_is_what_the_rules_say_one_after_the_other(message: str) -> None:
    """The patterns are those of the plain rules, whatever stands in the message."""
    assert pattern_of(message) == reference_errors.pattern(message)


@pytest.mark.parametrize(
    "piece", ["a", "a@", "a.", "1.", "a-", "0", '"', " '", "a1.", "9999-99-9", "a@b.", "a://", "_"]
)
def test_a_long_message_takes_no_longer_than_its_length(piece: str) -> None:
    """A hostile message of 200,000 letters takes a moment; by the plain rules it would take minutes."""
    begun = time.process_time()
    pattern_of(piece * (200_000 // len(piece)))
    assert time.process_time() - begun < 5
