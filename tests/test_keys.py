import copy
import json
import os
import pickle
import traceback
from pathlib import Path
from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from recorder.errors import SettingError
from recorder.fetch.keys import ApiKey, load_key, readable_by_others
from recorder.settings import Settings

SECRET = "pk_live_5f2b8c0d9e"


def key(secret: str = SECRET) -> ApiKey:
    return ApiKey(secret, setting="PUFFLE_API_KEY")


def load(
    environ: dict[str, str] | None = None,
    *,
    api_key_env: str | None = None,
    api_key_file: Path | None = None,
) -> ApiKey:
    config = Settings(database_url="sqlite://").source_settings("acme")
    config = replace(config, api_key_env=api_key_env, api_key_file=api_key_file)
    return load_key(config, environ or {})


def test_the_header_is_the_one_way_out() -> None:
    """The Authorization header carries the key; white space and quotes around it are none of it."""
    for written in (f" {SECRET}\n", f'"{SECRET}"', f"'{SECRET}'\r", f'"{SECRET} "\r\n'):
        assert key(written).header() == f"Bearer {SECRET}"


def test_a_key_shows_a_mask() -> None:
    """repr, str, format, a container and a traceback show nothing of a key."""
    assert repr(key()) == str(key()) == f"{key()}" == "%s" % key() == "ApiKey(****)"  # noqa: UP031
    assert f"{key():>14}" == "  ApiKey(****)"
    assert SECRET[-4:] not in repr({"key": [key()]})
    assert not hasattr(key(), "__dict__")


def test_a_key_is_not_serialised() -> None:
    """pickle, copy and json refuse a key."""
    for take_away in (pickle.dumps, copy.copy, copy.deepcopy, json.dumps):
        with pytest.raises(TypeError) as caught:
            take_away(key())
        assert SECRET not in str(caught.value)


def test_a_fingerprint_tells_keys_apart() -> None:
    """The same key has the same fingerprint wherever it came from, another key another one."""
    again = ApiKey(f"{SECRET}\n", setting="elsewhere")
    assert key().fingerprint() == again.fingerprint() == "417e69432cb8a5f0"
    assert key().fingerprint() != key("pk_live_other").fingerprint()


def test_a_key_is_hidden_in_text_and_bytes() -> None:
    """Wherever the key stands in a text, the mask stands instead."""
    assert key().mask(f"no such key {SECRET}: {SECRET}!") == "no such key ****: ****!"
    assert key().mask_bytes(f'{{"got": "Bearer {SECRET}"}}'.encode()) == b'{"got": "Bearer ****"}'


LONG = "pk_live_5f2b8c0d9e/7a41BBf03c"


def pattern(data: st.DataObject, text: str) -> str:
    """A text with some of its characters as JSON or percent escapes, of either case."""
    ways = (
        lambda char: char,
        lambda char: f"\\u{ord(char):04x}",
        lambda char: f"\\u{ord(char):04X}",
        lambda char: f"%{ord(char):02x}",
        lambda char: f"%25{ord(char):02X}",
        lambda char: "\\/" if char == "/" else char,
    )
    return "".join(data.draw(st.sampled_from(ways))(char) for char in text)


@pytest.mark.slow
@given(st.data(), st.sampled_from([SECRET, LONG]), st.text('pk_\\u0%5"/ ', max_size=8))
def test_a_key_is_hidden_however_it_is_spelt(data: st.DataObject, secret: str, around: str) -> None:
    """What JSON and percent escapes come to holds no key; the body stays JSON, and around it nothing changes."""
    quoted = json.dumps(around)[1:-1]
    body = f'{{"{quoted} ": ["{quoted}\\n{pattern(data, secret)}", 1]}}'
    hidden = key(secret).mask_bytes(body.encode())
    value = json.loads(hidden)
    assert secret not in unquote(unquote(str(value)))
    assert list(value) == [f"{around} "]
    assert value[f"{around} "][0].endswith("****")
    assert secret not in json.loads(json.dumps(key(secret).mask(body)))
    within = json.dumps({"answer": json.dumps({"answer": body})})
    inner = json.loads(json.loads(json.loads(key(secret).mask(within))["answer"])["answer"])
    assert secret not in unquote(unquote(str(inner)))


def test_a_long_part_of_a_key_is_hidden_alone() -> None:
    """A key that is echoed in parts shows only what is too short to be told from a word."""
    long = "pk_live_5f2b8c0d9e7a41BBf03c"
    body = b'{"scheme": "Bearer", "kind": "pk_live", "secret": "5f2b8c0d9e7a41BBf03\\u0063", "is": "f03c"}'
    hidden = b'{"scheme": "Bearer", "kind": "pk_live", "secret": "****", "is": "f03c"}'
    assert key(long).mask_bytes(body) == hidden


@pytest.mark.parametrize("filler", [b"\\", b"%25", b"%", b"pk_live_", b"\\u0070", b"p"])
def test_hiding_takes_time_in_line_with_the_body(filler: bytes) -> None:
    """No body makes the search go over it again and again: it ends, and finds the key at the end."""
    body = filler * (2**20 // len(filler)) + b' "pk_live\\u005f5f2b8c0d9e"'
    assert key().mask_bytes(body).endswith(b'"****"')


@pytest.mark.parametrize(
    "secret",
    [
        *["", "  \n", "pk live", "pk\tlive", "pk\nlive", "pk\r\nX-Evil: 1", "pk\0live", "pk\x7f"],
        *["schlüssel", "ключ", "pk_live_\u200b1", "\ufeffpk_live", "pk\ud800"],
    ],
)
def test_what_cannot_stand_in_a_header_is_no_key(secret: str) -> None:
    """An empty key, or one that a header cannot hold, is refused by its setting's name, never by its value."""
    with pytest.raises(SettingError, match=r"\APUFFLE_API_KEY ") as caught:
        key(secret)
    assert not secret.strip() or secret.strip() not in str(caught.value)
    assert "\n" not in str(caught.value)


def test_the_environment_gives_the_key() -> None:
    """Without a file the key is PUFFLE_API_KEY's, or that of the variable that the source names."""
    environ = {"PUFFLE_API_KEY": SECRET, "ACME_KEY": "pk_live_acme"}
    assert load(environ).header() == f"Bearer {SECRET}"
    assert load(environ, api_key_env="ACME_KEY").header() == "Bearer pk_live_acme"
    assert load(environ, api_key_env="ACME_KEY").setting == "ACME_KEY"


@pytest.mark.parametrize(
    "environ", [{}, {"ACME_KEY": ""}, {"ACME_KEY": "\n"}, {"ACME_KEY": '""\r'}, {"acme_key": "x"}]
)
def test_a_missing_variable_is_told_in_one_line(environ: dict[str, str]) -> None:
    """An unset or empty variable is named, with what to do about it."""
    with pytest.raises(SettingError, match=r"\AACME_KEY is not set: put .* into that .*\Z"):
        load(environ, api_key_env="ACME_KEY")


def test_a_file_outranks_the_environment(tmp_path: Path) -> None:
    """A file's first line is the key, whatever follows it, and whichever editor wrote it."""
    file = tmp_path / "key"
    for written in (f"{SECRET}", f"{SECRET}\nnotes\n", f"\ufeff {SECRET} \r\nnotes"):
        file.write_text(written, encoding="utf-8", newline="")
        loaded = load({"PUFFLE_API_KEY": "pk_live_env"}, api_key_file=file)
        assert loaded.header() == f"Bearer {SECRET}"
        assert str(file) in loaded.setting


def test_a_home_folder_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`~` in a file's path is the home folder."""
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / "key").write_text(SECRET)
    assert load(api_key_file=Path("~/key")).header() == f"Bearer {SECRET}"


@pytest.mark.parametrize("content", [None, b"", b"\n" + SECRET.encode(), b"pk_live_\xff5f2b8c"])
def test_a_useless_file_is_named(tmp_path: Path, content: bytes | None) -> None:
    """A file that is missing, empty or no text is named in one line, and nothing of it is shown."""
    file = tmp_path / "key"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(SettingError) as caught:
        load({"PUFFLE_API_KEY": SECRET}, api_key_file=file)
    shown = "".join(traceback.format_exception(caught.value))
    assert str(caught.value).startswith(f"api_key_file {file} of source 'acme' ")
    assert "\n" not in str(caught.value)
    assert "5f2b8c" not in shown


def test_a_folder_is_no_key_file(tmp_path: Path) -> None:
    """A folder in place of the file is told as such."""
    with pytest.raises(SettingError, match="cannot be read: Is a directory"):
        load(api_key_file=tmp_path)


def test_a_pipe_is_no_key_file(tmp_path: Path) -> None:
    """A pipe would be waited for at each look; it is told in one line."""
    os.mkfifo(tmp_path / "key")
    with pytest.raises(
        SettingError, match=r"\Aapi_key_file .*key of source 'acme' is a pipe: .*\Z"
    ):
        load(api_key_file=tmp_path / "key")


@pytest.mark.parametrize(("mode", "open_to_others"), [(0o600, False), (0o644, True), (0o640, True)])
def test_a_key_file_may_be_open_to_others(
    tmp_path: Path, mode: int, *, open_to_others: bool
) -> None:
    """Its group and everybody else count; a file that is not there is open to nobody."""
    file = tmp_path / "key"
    assert not readable_by_others(file)
    file.write_text(SECRET)
    file.chmod(mode)
    assert readable_by_others(file) is open_to_others
