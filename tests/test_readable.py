"""The documents of the views are JSON that both stores' functions take, and nothing of the answer is lost by that."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsons import NUMBERS, values
from stores import answer, register

from recorder.ledger.jsontext import Json, parse_json, to_text
from recorder.ledger.readable import readable
from recorder.store.documents import load_value
from recorder.store.engine import Database
from recorder.store.parts import Parts
from recorder.store.records import load_snapshots
from recorder.store.write.record import Recorder


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        (r'{"a":"\ud800"}', r'{"a":"\ufffd"}'),
        (r'{"\udc00\ud800":"x\u0000y"}', r'{"\ufffd\ufffd":"x\ufffdy"}'),
        (r'["\ud83d\ude00","\uD83D\uDE00"]', r'["\ud83d\ude00","\uD83D\uDE00"]'),
        (r'["\ud83d\ud83d\ude00"]', r'["\ufffd\ud83d\ude00"]'),
        (
            r'["\\u0000","\\\u0000","\\\\ud800","\"\ud800"]',
            r'["\\u0000","\\\ufffd","\\\\ud800","\"\ufffd"]',
        ),
        ('{"a":1e400,"b":-1E-16383,"c":0e99}', '{"a":1e400,"b":-1E-16383,"c":0e99}'),
        (
            "[1e131071,1e131072,1.5e-16383,-1e999999999999999999999]",
            '[1e131071,"1e131072","1.5e-16383","-1e999999999999999999999"]',
        ),
        ('["1e999999","a1e999999b"]', '["1e999999","a1e999999b"]'),
        (f"[{'9' * 3000}]", f"[{'9' * 3000}]"),
        (f"[{'9' * 131073}]", f'["{"9" * 131073}"]'),
        (f"[0.{'1' * 16384}]", f'["0.{"1" * 16384}"]'),
    ],
    ids=range(11),
)
def test_only_what_is_refused_is_replaced(text: str, shown: str) -> None:
    """U+FFFD for a NUL and a lone surrogate, a string for a number beyond a `numeric`; pairs and escapes stay."""
    assert readable(text) == shown


ANY_TEXT = st.text(st.characters(exclude_categories=()))


@given(values(NUMBERS | ANY_TEXT, ANY_TEXT))
def test_all_else_stays(value: Json) -> None:
    """Whatever the value, only its NULs and lone surrogates change, in keys and in strings."""
    text = to_text(value)
    assert parse_json(readable(text)) == replaced(parse_json(text))
    assert readable(readable(text)) == readable(text)


def replaced(value: Json) -> Json:
    if isinstance(value, str):
        return re.sub("[\ud800-\udfff\0]", "\ufffd", value)
    if isinstance(value, list):
        return [replaced(item) for item in value]
    if isinstance(value, dict):
        return {str(replaced(key)): replaced(item) for key, item in value.items()}
    return value


HOSTILE = [
    r'{"run":{"id":"er_1","status":"a\u0000","mode":"\ud800","x":"\\u0000"}}',
    r'{"run":{"id":"er_1","\ud800\u0000":{"\udfff":[1e999999,-1e-999999,1e400]}},"\ud800":"\udbff\ud800"}',
    r'{"run":{"id":"er_1","error":{"message":"","details":["\ud800",1e999999]}}}',
    '{"run":{"id":"er_1","n":%s}}' % ("9" * 3000),
    '{"run":{"id":"er_1","n":[%s]}}' % ("9" * 140_000),
    r'{"run":{"id":"er_1","n":"%s\ud800"}}' % ("x" * 200),
    r'{"run":{"id":"er_1","n":"\ud83d\ude00"}}',
]
QUERIES = {
    "sqlite": (
        "SELECT document -> '$.run' FROM snapshots",
        "SELECT document ->> '$.run.mode' FROM snapshots",
        "SELECT value FROM snapshots, json_tree(document) WHERE atom IS NOT NULL",
        "SELECT json(document) FROM snapshots",
        "SELECT run_id, error_details ->> '$[0]' FROM runs",
    ),
    "postgresql": (
        "SELECT document -> 'run' FROM recorder.snapshots",
        "SELECT document -> 'run' ->> 'mode' FROM recorder.snapshots",
        "SELECT document #>> '{run,mode}' FROM recorder.snapshots",
        "SELECT value FROM recorder.snapshots, json_each(document -> 'run')",
        "SELECT run_id, error_details::jsonb ->> 0 FROM recorder.runs",
        "SELECT document::jsonb -> 'run' FROM recorder.snapshots",
        "SELECT key, value FROM recorder.snapshots, jsonb_each_text(document::jsonb -> 'run')",
    ),
}


def test_no_answer_breaks_a_query_over_all(database: Database) -> None:
    """Each JSON function goes over all rows; the answer itself comes back to the letter."""
    run_ids = [f"er_{n}" for n in range(len(HOSTILE))]
    register(database, run_ids)
    bodies = [
        body.replace("er_1", run_id).encode() for run_id, body in zip(run_ids, HOSTILE, strict=True)
    ]
    Recorder(database).record(
        [
            answer(at, body, run_id=run_id)
            for at, (run_id, body) in enumerate(zip(run_ids, bodies, strict=True))
        ]
    )
    with database.reading() as connection:
        for query in QUERIES[connection.dialect.name]:
            assert len(connection.exec_driver_sql(query).all()) >= len(HOSTILE), query
        mode = connection.exec_driver_sql(QUERIES[connection.dialect.name][1]).scalars().first()
        assert mode == "\ufffd"
        found = [
            to_text(load_value(row, Parts(connection, row.source_id)))
            for row in load_snapshots(connection)
        ]
    assert found == [to_text(parse_json(body)) for body in bodies]
